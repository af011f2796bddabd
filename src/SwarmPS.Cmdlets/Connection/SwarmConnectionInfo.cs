using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Connection;

/// <summary>The daemon a session talks to.</summary>
public sealed record SwarmConnectionInfo
{
    internal SwarmConnectionInfo(SwarmEndpoint endpoint, InfoAnswer answer)
    {
        Address = endpoint.Address;
        Socket = endpoint.SocketPath;
        Hostname = answer.Name ?? "";
        EngineVersion = answer.ServerVersion ?? "";
        LocalNodeState = answer.Swarm?.LocalNodeState ?? "inactive";
    }

    /// <summary>Where the daemon answers: <c>unix://PATH</c>, <c>ssh://HOST</c> or <c>tcp://HOST:PORT</c>.</summary>
    public string Address { get; }

    /// <summary>The socket's path; empty where the daemon is another machine's.</summary>
    public string Socket { get; }

    /// <summary>The name of the daemon's machine.</summary>
    public string Hostname { get; }

    /// <summary>The version of the engine beside it; empty where the engine does not answer.</summary>
    public string EngineVersion { get; }

    /// <summary>Whether the node is part of a swarm: inactive, pending, active, error or locked.</summary>
    public string LocalNodeState { get; }
}
