using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>What <c>POST /swarm/join</c> asks for.</summary>
public sealed record SwarmJoinRequest
{
    /// <summary>Where this node listens if it is, or becomes, a manager: <c>0.0.0.0:2377</c> where nothing is said.</summary>
    public string? ListenAddr { get; init; }

    /// <summary>Where other nodes reach this one.</summary>
    public string? AdvertiseAddr { get; init; }

    /// <summary>The address of the data plane.</summary>
    public string? DataPathAddr { get; init; }

    /// <summary>Managers to ask, <c>address:port</c>; one that answers is enough.</summary>
    public ValueList<string>? RemoteAddrs { get; init; }

    /// <summary>The token: <c>SWMTKN-1-…</c>. It says whether the node becomes a worker or a manager.</summary>
    public string? JoinToken { get; init; }

    /// <summary>Whether tasks may be placed on this node.</summary>
    public NodeAvailability? Availability { get; init; }

    /// <summary>Never the token: this text may end up in a log.</summary>
    public override string ToString() => $"SwarmJoinRequest {{ RemoteAddrs = {string.Join(", ", RemoteAddrs.OrEmpty())}, AdvertiseAddr = {AdvertiseAddr}, … }}";
}

/// <summary>What <c>POST /swarm/unlock</c> asks for, and <c>GET /swarm/unlockkey</c> answers.</summary>
/// <param name="UnlockKey">The key: <c>SWMKEY-1-…</c>; empty where managers do not lock.</param>
public sealed record UnlockKeyBody(string? UnlockKey = null)
{
    /// <summary>Never the key: this text may end up in a log.</summary>
    public override string ToString() => "UnlockKeyBody { … }";
}

/// <summary>What a change of the swarm makes anew.</summary>
/// <param name="WorkerToken">The token workers join with.</param>
/// <param name="ManagerToken">The token managers join with.</param>
/// <param name="UnlockKey">The key locked managers ask for.</param>
public sealed record SwarmRotation(bool WorkerToken = false, bool ManagerToken = false, bool UnlockKey = false)
{
    /// <summary>Nothing is made anew.</summary>
    public static readonly SwarmRotation None = new();
}
