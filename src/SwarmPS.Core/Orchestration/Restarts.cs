using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Orchestration;

/// <summary>Replaces tasks that have ended or lost their node, as their restart policy says, and lets replacements start.</summary>
internal static class Restarts
{
    /// <summary>The wait before a replacement starts, where the policy says nothing.</summary>
    public static readonly TimeSpan DelayDefault = TimeSpan.FromSeconds(5);

    /// <summary>A task that was up for so long is not taken for one of those that fail again and again.</summary>
    public static readonly TimeSpan SteadyAfter = TimeSpan.FromMinutes(1);

    /// <summary>How much longer than its grace period a replacement waits for the task before it to stop.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(50);

    private static readonly TimeSpan StopGraceDefault = TimeSpan.FromSeconds(10);

    /// <summary>Whether the policy asks for a task in the place of this one, which has ended or will.</summary>
    public static bool IsWanted(SwarmTask task)
    {
        var policy = task.Spec.RestartPolicy;
        var condition = policy?.Condition ?? RestartCondition.Any;
        if (condition == RestartCondition.None || (task.Status.State == TaskState.Complete && (condition == RestartCondition.OnFailure || task.JobIteration is not null)))
            return false;
        if (policy?.MaxAttempts is not { } most || most == 0 || task.Restart is not { } record)
            return true;
        if (policy.Window is not { } window || window <= TimeSpan.Zero)
            return record.Count < most;
        // Counted from the task's end, so that the answer is the same whenever it is asked for.
        var since = task.Status.Timestamp + -window;
        return (ulong)record.Recent.Count(time => time > since) < most;
    }

    /// <summary>Replaces the tasks of a slot that have ended or, where <paramref name="mayMove"/>, have lost their node.</summary>
    public static void Replace(Draft draft, Slot slot, bool mayMove)
    {
        foreach (var task in slot.Live.ToList())
        {
            var ended = task.Status.State > TaskState.Running;
            if (task is { JobIteration: not null, Status.State: TaskState.Complete })
                continue;
            var node = draft.NodeOf(task);
            var lost = mayMove && task.NodeId != "" && NodeStanding.IsLost(node);
            if (!ended && !lost)
                continue;
            // A node prepares a task that waits for its delay. One that fails in that must not have another prepared at once.
            if (!lost && task.Restart?.NotBefore is { } startAt && draft.Now < startAt)
            {
                draft.Wake(startAt);
                continue;
            }
            if (!draft.HasRoom())
                return;
            var old = draft.Put(task with { DesiredState = TaskState.Shutdown });
            // A newer task in the same slot is what replaces this one already, as in an update.
            if (slot.Newest.Id != old.Id && Slot.IsLive(slot.Newest))
                continue;
            if (IsWanted(old) || (lost && !ended && IsWanted(old with { Restart = null })))
                Create(draft, slot, old, lost);
        }
    }

    /// <summary>Lets tasks of a slot start whose delay has passed and whose predecessors have stopped.</summary>
    public static void Promote(Draft draft, Slot slot)
    {
        foreach (var task in slot.Live.Where(task => task.DesiredState < TaskState.Running && !Moves.IsWaiting(slot, task)).ToList())
        {
            var startAt = task.Restart?.NotBefore ?? Timestamp.Zero;
            if (StopsBefore(draft, slot) is { } stopping)
                startAt = Later(startAt, task.CreatedAt + ((stopping.Spec.ContainerSpec?.StopGracePeriod ?? StopGraceDefault) + StopMargin));
            if (draft.Now < startAt)
                draft.Wake(startAt);
            else if (draft.HasRoom())
                draft.Put(task with { DesiredState = draft.Goal });
        }
    }

    /// <summary>What a new task of a slot should get to at once: it waits in READY while another one still stops.</summary>
    public static TaskState FirstDesired(Draft draft, Slot slot) =>
        StopsBefore(draft, slot) is null ? draft.Goal : TaskState.Ready;

    /// <summary>Tries again what an update has to bring to a slot, whether or not its policy asks for it.</summary>
    public static void Retry(Draft draft, Slot slot, SwarmTask task) =>
        Create(draft, slot, task, lost: task.Status.State <= TaskState.Running && NodeStanding.IsLost(draft.NodeOf(task)));

    private static void Create(Draft draft, Slot slot, SwarmTask old, bool lost)
    {
        var policy = old.Spec.RestartPolicy;
        var failures = FailuresWith(draft, old);
        var delay = lost ? TimeSpan.Zero : DelayAfter(draft.Service, policy, failures);
        var record = new RestartRecord { Replaces = old.Id, NotBefore = draft.Now + delay, Failures = failures };
        if (old.SpecVersion == draft.Service.SpecVersion)
            record = Count(record, old, draft.Now, moved: lost && old.Status.State <= TaskState.Running);
        var desired = delay <= TimeSpan.Zero ? FirstDesired(draft, slot) : TaskState.Ready;
        draft.Put(TaskTemplates.Create(draft, slot.Key, desired, record));
    }

    /// <summary>Failures in a row, with the end of this task. One that only had to leave its node has not failed.</summary>
    private static ulong FailuresWith(Draft draft, SwarmTask old)
    {
        var before = old.SpecVersion == draft.Service.SpecVersion ? old.Restart?.Failures ?? 0 : 0;
        if (old.Status.State is not (TaskState.Failed or TaskState.Rejected))
            return old.Status.State <= TaskState.Running ? before : 0;
        var began = Later(old.CreatedAt, old.Restart?.NotBefore ?? Timestamp.Zero);
        return old.Status.State == TaskState.Failed && draft.Now - began >= SteadyAfter ? 1 : before + 1;
    }

    /// <summary>Where attempts are limited, the policy's own delay: they end anyway, and a window for them would never be reached.</summary>
    private static TimeSpan DelayAfter(Service service, RestartPolicy? policy, ulong failures)
    {
        var delay = policy?.Delay ?? DelayDefault;
        return policy?.MaxAttempts > 0 ? delay : RestartBackoff.Of(service.Spec.Labels).Delay(delay, failures);
    }

    /// <summary>Carries the count on. A task that only had to leave its node has used up none of its attempts.</summary>
    private static RestartRecord Count(RestartRecord record, SwarmTask old, Timestamp now, bool moved)
    {
        var before = old.Restart ?? new();
        if (moved)
            return record with { Count = before.Count, Recent = before.Recent };
        var counted = record with { Count = before.Count + 1 };
        if (old.Spec.RestartPolicy is not { Window: { } window, MaxAttempts: { } most } || window <= TimeSpan.Zero)
            return counted;
        return counted with
        {
            Recent = before.Recent.Append(now).Where(time => time > now + -window).TakeLast((int)Math.Min(most, 1000)).ToValueList(),
        };
    }

    /// <summary>A task of the slot that was told to stop and has not, or null.</summary>
    internal static SwarmTask? StopsBefore(Draft draft, Slot slot) =>
        slot.Tasks.FirstOrDefault(task => !Slot.IsLive(task) && !NodeStanding.HasStopped(task, draft.NodeOf(task)));

    private static Timestamp Later(Timestamp a, Timestamp b) => a > b ? a : b;
}
