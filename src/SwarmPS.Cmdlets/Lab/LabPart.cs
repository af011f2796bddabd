namespace SwarmPS.Cmdlets.Lab;

/// <summary>What of a lab's node is ended or started.</summary>
public enum LabPart
{
    /// <summary>All of it, as when a machine loses its power.</summary>
    Node,

    /// <summary>The daemon alone.</summary>
    Daemon,

    /// <summary>The engine alone; its containers go on.</summary>
    Engine,
}
