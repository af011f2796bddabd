namespace SwarmPS.Daemon.Networking;

/// <summary>What a node's data plane is told at its start.</summary>
internal sealed record NodePlaneOptions
{
    /// <summary>The swarm's id, for labels.</summary>
    public required string SwarmId { get; init; }

    /// <summary>This node's data path address; empty where the kernel is to choose.</summary>
    public string DataPath { get; init; } = "";

    /// <summary>The UDP port of packets between nodes.</summary>
    public int DataPathPort { get; init; } = Overlay.OverlayDevice.StandardPort;
}
