using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>A secret, as <c>GET /secrets</c> shows it: without what it holds.</summary>
public sealed record Secret : StoreObject
{
    /// <summary>What it is called; its <see cref="SecretSpec.Data"/> is not kept here, so that no answer can show it.</summary>
    public SecretSpec Spec { get; init; } = new();

    /// <summary>What it holds. Never shown.</summary>
    [JsonIgnore]
    public Payload? Data { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Secret;
}

/// <summary>What is wanted of a secret.</summary>
public sealed record SecretSpec
{
    /// <summary>The name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, 64 at most.</summary>
    public string? Name { get; init; }

    /// <summary>The administrator's own notes.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>What the secret shall hold, where a client makes one; in no answer.</summary>
    public Payload? Data { get; init; }

    /// <summary>What would hold the secret outside of the swarm.</summary>
    public PayloadDriver? Driver { get; init; }

    /// <summary>What would fill in templates within the secret.</summary>
    public PayloadDriver? Templating { get; init; }
}

/// <summary>What gives or fills in a payload.</summary>
public sealed record PayloadDriver
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its own options.</summary>
    public ValueMap<string>? Options { get; init; }
}
