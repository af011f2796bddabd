using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>When a service's tasks last failed on a node; only as many times as matter.</summary>
internal sealed class FailureLog
{
    /// <summary>Failures within <see cref="Window"/> that put a node last.</summary>
    public const int FailuresMax = 5;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly (string TaskId, Timestamp Time)[] failures = new (string, Timestamp)[FailuresMax];
    private int next;

    /// <summary>Notes a failure once, however often it is told.</summary>
    public void Add(string taskId, Timestamp time)
    {
        if (Array.Exists(failures, failure => failure.TaskId == taskId))
            return;
        failures[next] = (taskId, time);
        next = (next + 1) % FailuresMax;
    }

    public bool IsFaulty(Timestamp now) => Array.TrueForAll(failures, failure => failure.TaskId is not null && now - failure.Time < Window);

    /// <summary>Whether a failure at <paramref name="time"/> still matters.</summary>
    public static bool Matters(Timestamp time, Timestamp now) => now - time < Window;
}
