namespace SwarmPS.Cmdlets.Lab;

/// <summary>What a lab's node is doing.</summary>
public enum LabNodeState
{
    /// <summary>Engine and daemon run.</summary>
    Running,

    /// <summary>Engine and daemon run, cut off from the other nodes.</summary>
    Partitioned,

    /// <summary>The engine does not run.</summary>
    EngineDown,

    /// <summary>The daemon does not run.</summary>
    DaemonDown,

    /// <summary>Nothing of it runs.</summary>
    Stopped,
}
