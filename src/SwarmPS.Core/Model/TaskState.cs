namespace SwarmPS.Model;

/// <summary>
/// How far a task has come. A task only ever moves to a higher state. The numbers are swarmkit's, with gaps for what may come.
/// </summary>
public enum TaskState
{
    /// <summary>Created; waits for what it needs to be allocated.</summary>
    New = 0,

    /// <summary>Waits for a node.</summary>
    Pending = 64,

    /// <summary>Has a node.</summary>
    Assigned = 192,

    /// <summary>The node's agent has it.</summary>
    Accepted = 256,

    /// <summary>Images, networks, mounts are being made ready.</summary>
    Preparing = 320,

    /// <summary>Ready to start; starts when RUNNING is desired.</summary>
    Ready = 384,

    /// <summary>Started; waits until healthy where there is a health check.</summary>
    Starting = 448,

    /// <summary>Runs, and is healthy as far as is known.</summary>
    Running = 512,

    /// <summary>Ended by itself with exit code 0.</summary>
    Complete = 576,

    /// <summary>Ended because it was asked to.</summary>
    Shutdown = 640,

    /// <summary>Ended by an error.</summary>
    Failed = 704,

    /// <summary>Could not be run by its node at all.</summary>
    Rejected = 768,

    /// <summary>Only ever desired: stop, and forget the task.</summary>
    Remove = 800,

    /// <summary>Its node has been gone so long that the task is given up.</summary>
    Orphaned = 832,
}
