using SwarmPS.Daemon.Persistence;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Forwarding;

/// <summary>A client's request on its way from the manager it came to, to the leader.</summary>
public sealed record ForwardedRequest
{
    /// <summary>Names the request through all its tries.</summary>
    public RequestId Id { get; init; }

    /// <summary>The HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>The path.</summary>
    public required string Path { get; init; }

    /// <summary>The query with its question mark, or nothing.</summary>
    public required string Query { get; init; }

    /// <summary>The headers that an endpoint looks at.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The body.</summary>
    public byte[] Body { get; init; } = [];
}

/// <summary>The leader's answer to a client, however it turned out.</summary>
public sealed record ForwardedAnswer
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>The body's type; null where there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>The version that the store had then: what the client's next read must see.</summary>
    public ulong Version { get; init; }
}

/// <summary>Asks the leader how far its store is.</summary>
internal sealed record VersionRequest;

/// <summary>How far the leader's store is, a quorum having vouched for it that it leads.</summary>
/// <param name="Version">The version.</param>
internal sealed record VersionAnswer(ulong Version);

[Encodes<ForwardedRequest>]
[Encodes<ForwardedAnswer>]
[Encodes<VersionRequest>]
[Encodes<VersionAnswer>]
internal sealed partial class ForwardingEncoders;
