using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>Forgets tasks that are over: those that should be removed, and of each slot's history what is beyond the limit.</summary>
internal static class Reaping
{
    private const long HistoryDefault = 5;

    /// <summary>Forgets tasks of a service that is.</summary>
    public static void Plan(Draft draft)
    {
        var limit = Limit(draft);
        foreach (var slot in draft.Slots)
        {
            foreach (var task in slot.Tasks.Where(task => task.DesiredState == TaskState.Remove && IsOver(draft, task)).ToList())
            {
                if (draft.HasRoom())
                    draft.Delete(task);
            }
            if (limit >= 0)
                Shorten(draft, slot, limit);
        }
    }

    /// <summary>Whether something of a slot is to be forgotten, or may have to be.</summary>
    public static bool HasWork(Draft draft, Slot slot) =>
        (Limit(draft) is >= 0 and var limit && slot.Tasks.Count > Math.Max(limit, 1)) ||
        slot.Tasks.Any(task => task.DesiredState == TaskState.Remove && IsOver(draft, task));

    /// <summary>Stops and forgets the tasks of a service that is no more.</summary>
    public static OrchestrationPlan PlanRemoved(Snapshot state, KnownSlots known, int changesMax)
    {
        List<StoreChange> changes = [];
        var looked = known.Open.Count;
        foreach (var slot in known.Open)
        {
            foreach (var task in slot.Tasks.ToList())
            {
                if (changes.Count >= changesMax)
                    return new(changes, null, true) { Slots = looked };
                if (NodeStanding.IsOver(task, state.Nodes.Find(task.NodeId)))
                {
                    changes.Add(StoreChange.Delete(task));
                    slot.Remove(task);
                }
                else if (task.DesiredState != TaskState.Remove)
                {
                    var leaving = task with { DesiredState = TaskState.Remove };
                    changes.Add(StoreChange.Put(leaving));
                    slot.Put(leaving);
                }
            }
        }
        known.Settle(slot => Resting.OfRemoved(state, slot));
        return new(changes, null, false) { Slots = looked };
    }

    private static void Shorten(Draft draft, Slot slot, long limit)
    {
        var excess = slot.Tasks.Count - limit;
        if (excess <= 0)
            return;
        foreach (var task in slot.Tasks.ToList())
        {
            if (excess <= 0 || !draft.HasRoom())
                return;
            if (Slot.IsLive(task) || !IsOver(draft, task) || IsNeeded(draft, slot, task))
                continue;
            draft.Delete(task);
            excess--;
        }
    }

    /// <summary>
    /// The last task of a slot tells that the slot is not to be filled again, one of a job that has completed that its work is done,
    /// and the tasks of an update under way tell how many have failed.
    /// </summary>
    private static bool IsNeeded(Draft draft, Slot slot, SwarmTask task) =>
        task == slot.Newest || task is { JobIteration: not null, Status.State: TaskState.Complete } || (Updates.IsUnderWay(draft.Service) && SlotProgress.IsOfUpdate(draft.Service, task));

    private static bool IsOver(Draft draft, SwarmTask task) => NodeStanding.IsOver(task, draft.NodeOf(task));

    /// <summary>Tasks kept in a slot, the running one included; below 0 is all.</summary>
    private static long Limit(Draft draft)
    {
        var limit = draft.Swarm?.Spec.Orchestration?.TaskHistoryRetentionLimit ?? HistoryDefault;
        var attempts = draft.Service.Spec.TaskTemplate.RestartPolicy?.MaxAttempts ?? 0;
        return limit >= 0 && attempts > 0 ? (long)Math.Min(attempts, int.MaxValue) + 1 : limit;
    }
}
