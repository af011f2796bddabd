namespace SwarmPS.Daemon.Networking;

/// <summary>What a node's data plane is told at its start.</summary>
internal sealed record NodePlaneOptions
{
    /// <summary>The swarm's id, for labels.</summary>
    public required string SwarmId { get; init; }

    /// <summary>A folder in memory for files of containers.</summary>
    public required string RuntimeFolder { get; init; }

    /// <summary>This node's data path address; empty where the kernel is to choose.</summary>
    public string DataPath { get; init; } = "";

    /// <summary>The id of this node's tunnel for encrypted networks; 0 where it has none.</summary>
    public ulong TunnelId { get; init; }

    /// <summary>The file that names the host's resolvers.</summary>
    public string HostResolverFile { get; init; } = "/etc/resolv.conf";

    /// <summary>The network namespace of the host; null for this process's own.</summary>
    public string? Space { get; init; }
}
