using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>Keeps one task of a global service on each node that is eligible.</summary>
public static class GlobalTasks
{
    /// <summary>Whether a global service gets a task on a node that has none of it yet.</summary>
    public static bool BelongsOn(ServiceSpec service, Node node) =>
        NodeStanding.TakesTasks(node) && Eligibility.Allows(service.TaskTemplate.Placement, node);

    internal static void Plan(Draft draft)
    {
        var placement = draft.Service.Spec.TaskTemplate.Placement;
        List<Slot> open = [];
        List<Slot> resting = [];
        foreach (var slot in draft.Known.Open.ToList())
        {
            if (draft.State.Nodes.Find(slot.Key.NodeId) is not { } node)
                Stop(draft, slot, TaskState.Remove);
            else if (node.Spec.Availability == NodeAvailability.Drain || !Eligibility.Allows(placement, node))
                Stop(draft, slot, TaskState.Shutdown);
            else if (NodeStanding.TakesTasks(node))
                open.Add(slot);
            // What a paused, silent or lost node has stays as it is: it may well still run.
            else if (!NodeStanding.IsGone(node))
                resting.Add(slot);
        }
        foreach (var slot in open)
            Keep(draft, slot);
        // A node that rests gets no update, but one that is on its way there is waited for, and brought to its end.
        var underWay = resting.Where(slot => new SlotProgress(draft.State, draft.Service, slot) is { IsUnderWay: true } or { HasBoth: true });
        Updates.Plan(draft, [.. open.Where(slot => slot.Tasks.Count > 0), .. underWay]);
        foreach (var slot in draft.Slots)
        {
            if (draft.State.Nodes.Find(slot.Key.NodeId) is not null)
                Restarts.Promote(draft, slot);
        }
    }

    private static void Keep(Draft draft, Slot slot)
    {
        if (slot.HasLive)
            Restarts.Replace(draft, slot, mayMove: false);
        else if ((slot.Tasks.Count == 0 || !IsFinished(slot.Newest)) && draft.HasRoom())
            draft.Put(TaskTemplates.Create(draft, slot.Key, Restarts.FirstDesired(draft, slot), null));
    }

    /// <summary>
    /// Whether a task has done what it should, so that its node needs no other one. One that was stopped because its node was
    /// drained, or did not fit for a while, has not.
    /// </summary>
    internal static bool IsFinished(SwarmTask task) =>
        task.Status.State is TaskState.Complete or TaskState.Failed or TaskState.Rejected && !Restarts.IsWanted(task);

    private static void Stop(Draft draft, Slot slot, TaskState desired)
    {
        foreach (var task in slot.Tasks.Where(task => desired == TaskState.Remove ? task.DesiredState < desired : Slot.IsLive(task)).ToList())
        {
            if (!draft.HasRoom())
                return;
            draft.Put(task with { DesiredState = desired });
        }
    }
}
