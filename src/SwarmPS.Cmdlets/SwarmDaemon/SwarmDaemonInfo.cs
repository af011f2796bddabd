using SwarmPS.Api;

namespace SwarmPS.Cmdlets.SwarmDaemon;

/// <summary>A daemon that runs on this machine.</summary>
public sealed record SwarmDaemonInfo
{
    internal SwarmDaemonInfo(SwarmEndpoint endpoint, int? processId, string? dataRoot)
    {
        Address = endpoint.Address;
        Socket = endpoint.SocketPath;
        ProcessId = processId;
        DataRoot = dataRoot;
        LogFile = dataRoot is null ? null : DaemonFiles.Log(dataRoot);
    }

    /// <summary>Where it answers: <c>unix://PATH</c>.</summary>
    public string Address { get; }

    /// <summary>The socket's path.</summary>
    public string Socket { get; }

    /// <summary>Its process; null where the system does not tell.</summary>
    public int? ProcessId { get; }

    /// <summary>The folder of its state; null where it was not started here.</summary>
    public string? DataRoot { get; }

    /// <summary>Where it logs; null where it was not started here.</summary>
    public string? LogFile { get; }
}
