using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>
/// Tells which slots the deciders would leave as they are, now and later, until one of their tasks, their node, the service or the swarm
/// changes. It mirrors what these do, and where it is not plain that they do nothing, the slot is not at rest.
/// </summary>
internal static class Resting
{
    public static SlotRest Of(Draft draft, Slot slot)
    {
        var mode = draft.Service.Spec.Mode;
        var perNode = mode is { Global: not null } or { GlobalJob: not null };
        if (slot.Tasks.Count == 0 && !perNode)
            return SlotRest.Forgotten;
        if (Reaping.HasWork(draft, slot))
            return SlotRest.None;
        if (perNode)
            return OnNode(draft, slot);
        return mode?.ReplicatedJob is not null ? OfJob(draft, slot) : OfReplica(draft, slot);
    }

    /// <summary>What is left of a service that is no more.</summary>
    public static SlotRest OfRemoved(Snapshot state, Slot slot)
    {
        if (slot.Tasks.Count == 0)
            return SlotRest.Forgotten;
        return slot.Tasks.All(task => task.DesiredState == TaskState.Remove && !NodeStanding.IsOver(task, state.Nodes.Find(task.NodeId))) ? SlotRest.Idle : SlotRest.None;
    }

    private static SlotRest OfReplica(Draft draft, Slot slot)
    {
        if (slot.HasLive)
            return slot.Live.All(task => IsInPlace(draft, task, mayMove: true)) ? OfLive(draft, slot) : SlotRest.None;
        if (slot.Tasks.All(task => task.DesiredState == TaskState.Remove))
            return SlotRest.Idle;
        return Replicas.IsFilled(slot) ? OfEnded(draft, slot) : SlotRest.None;
    }

    private static SlotRest OnNode(Draft draft, Slot slot)
    {
        if (draft.State.Nodes.Find(slot.Key.NodeId) is not { } node)
            return slot.Tasks.Count == 0 ? SlotRest.Forgotten : SlotRest.None;
        var isJob = Jobs.IsJob(draft.Service.Spec);
        if (isJob && slot.Tasks.Any(task => !Jobs.IsOfThisRun(draft, task)))
            return SlotRest.None;
        if (node.Spec.Availability == NodeAvailability.Drain || !Eligibility.Allows(draft.Service.Spec.TaskTemplate.Placement, node))
            return slot.Live.All(task => isJob && task.Status.State == TaskState.Complete) ? SlotRest.Idle : SlotRest.None;
        if (isJob)
            return OfJobOnNode(draft, slot, node);
        if (slot.HasLive && !slot.Live.All(task => IsInPlace(draft, task, mayMove: false)))
            return SlotRest.None;
        if (!NodeStanding.TakesTasks(node))
            return new SlotProgress(draft.State, draft.Service, slot) is { IsUnderWay: false, HasBoth: false } ? SlotRest.Idle : SlotRest.None;
        if (slot.HasLive)
            return OfLive(draft, slot);
        return slot.Tasks.Count > 0 && GlobalTasks.IsFinished(slot.Newest) ? OfEnded(draft, slot) : SlotRest.None;
    }

    private static SlotRest OfJob(Draft draft, Slot slot)
    {
        if (slot.Tasks.Any(task => !Jobs.IsOfThisRun(draft, task)))
            return SlotRest.None;
        if (slot.Live.All(task => task.Status.State == TaskState.Complete))
            return SlotRest.Done;
        return !Jobs.IsDone(draft, slot) && slot.Live.All(task => IsInPlace(draft, task, mayMove: true)) ? SlotRest.Kept : SlotRest.None;
    }

    private static SlotRest OfJobOnNode(Draft draft, Slot slot, Node node)
    {
        var done = Jobs.IsDone(draft, slot);
        if (done || !slot.HasLive)
            return slot.Live.All(task => task.Status.State == TaskState.Complete) && (done || (slot.Tasks.Count > 0 && slot.Tasks.Any(Jobs.IsSettled))) ? SlotRest.Done : SlotRest.None;
        // A node that takes no tasks for now keeps what it has.
        return slot.Live.All(task => NodeStanding.TakesTasks(node) ? IsInPlace(draft, task, mayMove: false) : task.DesiredState == draft.Goal) ? SlotRest.Kept : SlotRest.None;
    }

    /// <summary>Whether a live task may go on as it does.</summary>
    private static bool IsInPlace(Draft draft, SwarmTask task, bool mayMove) =>
        task.DesiredState == draft.Goal && task.Status.State <= TaskState.Running &&
        !(mayMove && task.NodeId != "" && NodeStanding.IsLost(draft.NodeOf(task)));

    /// <summary>A slot whose last task has ended and is not to be replaced.</summary>
    private static SlotRest OfEnded(Draft draft, Slot slot)
    {
        if (Updates.IsPaused(draft.Service))
            return SlotRest.Kept;
        return !Updates.IsUnderWay(draft.Service) && new SlotProgress(draft.State, draft.Service, slot).IsSettled ? SlotRest.Kept : SlotRest.None;
    }

    private static SlotRest OfLive(Draft draft, Slot slot)
    {
        if (slot.Live.Skip(1).Any())
            return SlotRest.None;
        var progress = new SlotProgress(draft.State, draft.Service, slot);
        slot.IsUpdated = progress.UpdateTask is not null;
        if (Updates.IsPaused(draft.Service))
            return SlotRest.Kept;
        if (!progress.IsSettled)
            return progress.Outdated.Count == 1 && progress.UpdateTask is null ? SlotRest.Outdated : SlotRest.None;
        return IsWatched(draft, progress) ? SlotRest.None : SlotRest.Kept;
    }

    /// <summary>Whether the slot's task is still waited for, or is to be watched for a while after it came to run.</summary>
    private static bool IsWatched(Draft draft, SlotProgress progress)
    {
        var policy = UpdatePolicy.Of(draft.Service);
        if (progress.IsUnderWay || progress.DoneAt + policy.Delay is { } next && draft.Now < next)
            return true;
        if (!Updates.IsUnderWay(draft.Service))
            return false;
        var task = progress.Current[0];
        if (task.Status.State != TaskState.Running || (progress.UpdateTask is { } updated && updated.Id != task.Id))
            return true;
        var isSeen = progress.UpdateTask is null && !(policy.IsSwitch && task.SpecVersion == draft.Service.SpecVersion);
        return !isSeen && (task.RunningSince.IsZero || draft.Now < task.RunningSince + policy.Monitor);
    }
}
