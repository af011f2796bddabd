using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>What a registry has under an image's name, as <c>/distribution/NAME/json</c> tells it.</summary>
public sealed record DistributionAnswer
{
    /// <summary>What the name stands for now.</summary>
    public DistributionDescriptor? Descriptor { get; init; }

    /// <summary>Platforms that the image is made for.</summary>
    public ValueList<Platform>? Platforms { get; init; }
}

/// <summary>What a name stands for.</summary>
/// <param name="Digest">Its digest, <c>sha256:…</c>.</param>
public sealed record DistributionDescriptor(string? Digest = null);
