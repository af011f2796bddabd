using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>How far a slot has come in the rollout of its service's spec.</summary>
internal sealed class SlotProgress
{
    public SlotProgress(Snapshot state, Service service, Slot slot)
    {
        Slot = slot;
        foreach (var task in slot.Tasks)
        {
            var live = Slot.IsLive(task);
            // An older task that has ended plays no part any more.
            if (!live && task != slot.Newest && task.SpecVersion != service.SpecVersion)
                continue;
            var current = !TaskTemplates.IsOutdated(state, service, task);
            if (live)
                (current ? Current : Outdated).Add(task);
            if (task == slot.Newest)
                NewestIsCurrent = current;
            if (current && IsOfUpdate(service, task))
                UpdateTask = task;
        }
        // A task of the same spec version beside it that is to take its place: it is moved. An update that was turned back on the way
        // leaves two tasks as the service wants them, too, but of different versions.
        foreach (var task in Current.Where(task => Current.Exists(other => other.Restart?.Replaces == task.Id && other.SpecVersion == task.SpecVersion)).ToList())
        {
            Current.Remove(task);
            Leaving.Add(task);
        }
    }

    public Slot Slot { get; }

    /// <summary>Live tasks as the service wants them, oldest first.</summary>
    public List<SwarmTask> Current { get; } = [];

    /// <summary>Live tasks that are not as the service wants them.</summary>
    public List<SwarmTask> Outdated { get; } = [];

    /// <summary>Live tasks as the service wants them that are to stop all the same, once what takes their place on another node runs.</summary>
    public List<SwarmTask> Leaving { get; } = [];

    /// <summary>
    /// The task by which the update brought the new spec to this slot, or the one that took its place elsewhere when its node was lost.
    /// What replaces it because it ended is no part of the update.
    /// </summary>
    public SwarmTask? UpdateTask { get; }

    /// <summary>The running task of the service's present spec, also one that took the place of one that had failed under it.</summary>
    public SwarmTask? Watched(Service service) =>
        Current.Find(task => task.Status.State == TaskState.Running && task.SpecVersion == service.SpecVersion);

    /// <summary>Whether nothing remains to be done here.</summary>
    public bool IsSettled => Leaving.Count == 0 && Outdated.Count == 0 && (Current.Count == 1 || (Current.Count == 0 && NewestIsCurrent));

    /// <summary>Whether the service's spec has yet to reach the slot.</summary>
    public bool IsOutdated => !IsSettled && (Outdated.Count > 0 || Current.Count == 0);

    /// <summary>Whether the new task is there beside an old one, which is still to be stopped.</summary>
    public bool HasBoth => Outdated.Count > 0 && Current.Count > 0;

    /// <summary>Whether the update waits for its task to run.</summary>
    public bool IsUnderWay => UpdateTask is { } task && Slot.IsLive(task) && task.Status.State < TaskState.Running;

    /// <summary>When the update's task came to run or ended; null before.</summary>
    public Timestamp? DoneAt => UpdateTask is { Status.State: >= TaskState.Running } task
        ? task.RunningSince.IsZero ? task.UpdatedAt : task.RunningSince
        : null;

    private bool NewestIsCurrent { get; }

    /// <summary>Whether the update's task failed or ended early, by its own doing, within the time it is watched.</summary>
    public bool HasFailed(Timestamp updateStarted, TimeSpan monitor) =>
        UpdateTask is { Status.State: TaskState.Complete or TaskState.Failed or TaskState.Rejected } task &&
        task.CreatedAt >= updateStarted &&
        (task.RunningSince.IsZero || task.UpdatedAt - task.RunningSince <= monitor);

    /// <summary>A task of this spec version that took another one's place without that one having failed under this version.</summary>
    internal static bool IsOfUpdate(Service service, SwarmTask task) =>
        task.SpecVersion == service.SpecVersion && task.Restart is { Count: 0, Replaces: not "" };
}
