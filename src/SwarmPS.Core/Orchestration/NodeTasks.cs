using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>What becomes of the tasks of a node that has changed or is no more.</summary>
public static class NodeTasks
{
    /// <summary>How long a node is waited for before its tasks are given up.</summary>
    public static readonly TimeSpan OrphanAfter = TimeSpan.FromHours(24);

    /// <summary>Gives up the tasks of a node that is gone, and rejects those that a node may not have any more.</summary>
    public static OrchestrationPlan Plan(Snapshot state, string nodeId, Timestamp now)
    {
        var node = state.Nodes.Find(nodeId);
        if (node is null)
            return Orphan(state, nodeId, now, "Task belonged to a node that has been deleted");
        if (NodeStanding.IsGone(node))
        {
            var until = node.UpdatedAt + OrphanAfter;
            return now >= until
                ? Orphan(state, nodeId, now, "Task belonged to a node that has been down for 24 hours")
                : OrchestrationPlan.Nothing with { WakeAt = state.TasksOfNode(nodeId).Count > 0 ? until : null };
        }
        return node.Spec.Availability is null or NodeAvailability.Active ? Enforce(state, node, now) : OrchestrationPlan.Nothing;
    }

    private static OrchestrationPlan Orphan(Snapshot state, string nodeId, Timestamp now, string message) => new(
        [.. Of(state, nodeId)
            .Where(task => task.Status.State <= TaskState.Running)
            .Select(task => StoreChange.Put(task with
            {
                Status = task.Status with { State = TaskState.Orphaned, Timestamp = now, Message = message },
            }))],
        null,
        false);

    /// <summary>What counts is what the service says of placement now, where it still is.</summary>
    private static OrchestrationPlan Enforce(Snapshot state, Node node, Timestamp now)
    {
        List<StoreChange> changes = [];
        foreach (var task in Of(state, node.Id))
        {
            if (!Slot.IsLive(task) || task.Status.State is < TaskState.Assigned or > TaskState.Running)
                continue;
            var placement = (state.Services.Find(task.ServiceId)?.Spec.TaskTemplate ?? task.Spec).Placement;
            if (Eligibility.MeetsConstraints(placement, node))
                continue;
            changes.Add(StoreChange.Put(task with
            {
                Status = task.Status with
                {
                    State = TaskState.Rejected,
                    Timestamp = now,
                    Message = "task rejected by constraint enforcer",
                    Err = "assigned node no longer meets constraints",
                },
            }));
        }
        return new(changes, null, false);
    }

    private static IEnumerable<SwarmTask> Of(Snapshot state, string nodeId) =>
        state.TasksOfNode(nodeId).OrderBy(task => task.Id, StringComparer.Ordinal);
}
