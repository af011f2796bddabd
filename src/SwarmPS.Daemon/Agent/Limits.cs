namespace SwarmPS.Daemon.Agent;

/// <summary>How much, how often and how long at most.</summary>
internal static class Limits
{
    /// <summary>Containers that are created and started at the same time: more only queue up inside the engine.</summary>
    public const int StartsAtOnce = 8;

    /// <summary>Containers that are stopped at the same time when all of them go.</summary>
    public const int RemovalsAtOnce = 8;

    /// <summary>Bytes of an output line; a longer one comes in pieces.</summary>
    public const int LogLineBytesMax = 1 << 20;

    /// <summary>The shortest wait before something that failed is tried again.</summary>
    public static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait before something that failed is tried again.</summary>
    public static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(8);

    /// <summary>How long statuses are gathered before a report leaves, where nobody waits for them.</summary>
    public static readonly TimeSpan ReportDelay = TimeSpan.FromMilliseconds(10);

    /// <summary>The least time between two such reports: each is a commit of the swarm's, and many at a time cost the disk that containers start from.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the outcome of a pull counts for further tasks of the same image.</summary>
    public static readonly TimeSpan PullFresh = TimeSpan.FromSeconds(2);

    /// <summary>How long a stopped container's exit code is waited for before the engine is asked.</summary>
    public static readonly TimeSpan ExitEventWait = TimeSpan.FromSeconds(1);

    /// <summary>How long a task that is to stop waits for this node's own networks to lead to it no more.</summary>
    public static readonly TimeSpan WithdrawWait = TimeSpan.FromSeconds(2);

    /// <summary>How long it waits after that for the other nodes' networks, which were told at the same time.</summary>
    public static readonly TimeSpan DrainWait = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the networks are compared with what there is, though nothing has changed.</summary>
    public static readonly TimeSpan NetworkAuditInterval = TimeSpan.FromMinutes(5);

    /// <summary>How far back events are asked for, so that none falls between a list and the stream.</summary>
    public static readonly TimeSpan EventOverlap = TimeSpan.FromSeconds(1);
}
