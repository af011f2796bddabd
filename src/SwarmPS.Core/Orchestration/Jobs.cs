using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>
/// Runs jobs to their end: a number of tasks, some at a time, or one on each node that is eligible. A run is told from the next by
/// its iteration; what an earlier one left is stopped and forgotten.
/// </summary>
internal static class Jobs
{
    /// <summary>Whether a service's tasks run to their end.</summary>
    public static bool IsJob(ServiceSpec spec) => spec.Mode is { ReplicatedJob: not null } or { GlobalJob: not null };

    public static void Plan(Draft draft)
    {
        foreach (var task in draft.Slots.SelectMany(slot => slot.Tasks).Where(task => !IsOfThisRun(draft, task)).ToList())
            Drop(draft, task, TaskState.Remove);
        if (draft.Service.Spec.Mode!.ReplicatedJob is { } job)
            PlanReplicated(draft, job);
        else
            PlanGlobal(draft);
        foreach (var slot in draft.Slots)
            Restarts.Promote(draft, slot);
    }

    /// <summary>A slot whose task has completed, or has failed for good, is done with; the others are begun as there is room.</summary>
    private static void PlanReplicated(Draft draft, ReplicatedJobMode job)
    {
        var most = job.MaxConcurrent ?? 1;
        var total = job.TotalCompletions ?? most;
        var begun = draft.Slots.Where(slot => slot.Tasks.Any(task => IsOfThisRun(draft, task))).ToList();
        foreach (var slot in begun)
        {
            if (IsDone(draft, slot))
                Stop(draft, slot, TaskState.Shutdown);
            else
                Restarts.Replace(draft, slot, mayMove: true);
        }
        var numbers = begun.Select(slot => slot.Key.Number).ToHashSet();
        var active = (ulong)(begun.Count(IsActive) + draft.Known.Kept);
        for (var number = draft.Known.LowestFree(0); number < total && active < most; number++)
        {
            if (numbers.Contains(number) || draft.Known.IsFilledAtRest(number))
                continue;
            if (!draft.HasRoom())
                return;
            Begin(draft, draft.Known.Of(new(number, "")));
            active++;
        }
    }

    private static void PlanGlobal(Draft draft)
    {
        var placement = draft.Service.Spec.TaskTemplate.Placement;
        foreach (var slot in draft.Known.Open.ToList())
        {
            if (draft.State.Nodes.Find(slot.Key.NodeId) is not { } node)
                Stop(draft, slot, TaskState.Remove);
            else if (node.Spec.Availability == NodeAvailability.Drain || !Eligibility.Allows(placement, node) || IsDone(draft, slot))
                Stop(draft, slot, TaskState.Shutdown);
            else if (!NodeStanding.TakesTasks(node))
                continue;
            else if (slot.HasLive)
                Restarts.Replace(draft, slot, mayMove: false);
            else if (!slot.Tasks.Any(task => IsOfThisRun(draft, task) && IsSettled(task)) && draft.HasRoom())
                Begin(draft, slot);
        }
    }

    /// <summary>
    /// Whether a slot's work is done. A task that was given up, as with its node, may have completed all the same: then what took its
    /// place is not needed.
    /// </summary>
    internal static bool IsDone(Draft draft, Slot slot) => slot.Tasks.Any(task => IsOfThisRun(draft, task) && task.Status.State == TaskState.Complete);

    /// <summary>Whether a slot's task is on its way, or has failed and waits for its replacement's time.</summary>
    private static bool IsActive(Slot slot) => slot.Live.Any(task => task.Status.State != TaskState.Complete);

    /// <summary>Whether a task has done its work, or has failed for good. One that was stopped because its node was drained has not.</summary>
    internal static bool IsSettled(SwarmTask task) =>
        task.Status.State is TaskState.Complete || (task.Status.State is TaskState.Failed or TaskState.Rejected && !Restarts.IsWanted(task));

    internal static bool IsOfThisRun(Draft draft, SwarmTask task) => task.JobIteration == draft.Service.JobStatus?.JobIteration;

    private static void Begin(Draft draft, Slot slot) => draft.Put(TaskTemplates.Create(draft, slot.Key, Restarts.FirstDesired(draft, slot), null));

    private static void Stop(Draft draft, Slot slot, TaskState desired)
    {
        foreach (var task in slot.Tasks.Where(task => desired == TaskState.Remove || (Slot.IsLive(task) && task.Status.State != TaskState.Complete)).ToList())
            Drop(draft, task, desired);
    }

    private static void Drop(Draft draft, SwarmTask task, TaskState desired)
    {
        if (task.DesiredState < desired && draft.HasRoom())
            draft.Put(task with { DesiredState = desired });
    }
}
