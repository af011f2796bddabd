using SwarmPS.Model;

namespace SwarmPS.Daemon.Forwarding;

/// <summary>What a worker answers clients who ask for what managers know, in Docker's words.</summary>
internal static class WorkerRefusal
{
    /// <summary>The sentence.</summary>
    public const string Text =
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.";

    /// <summary>For a manager that has been demoted, and for those who asked it before.</summary>
    public static SwarmException Of(SwarmException? refusal = null) => new(SwarmErrorCode.Unavailable, Text, refusal);
}
