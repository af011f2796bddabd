using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmJoinToken;

/// <summary>What a node needs to join: the token and where to go with it. It can be piped to <c>Join-Swarm</c>.</summary>
public sealed record SwarmJoinTokenInfo
{
    internal SwarmJoinTokenInfo(NodeRole role, string token, string[] remoteAddress) => (Role, Token, RemoteAddress) = (role, token, remoteAddress);

    /// <summary>What a node becomes by it.</summary>
    public NodeRole Role { get; }

    /// <summary>The token. Treat it as a secret.</summary>
    public string Token { get; }

    /// <summary>Where the swarm's managers answer.</summary>
    public string[] RemoteAddress { get; }

    /// <summary>Never the token: this text may end up in a log.</summary>
    public override string ToString() => $"Join token of a {Role.ToString().ToLowerInvariant()}";
}
