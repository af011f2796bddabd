using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Scheduling;

/// <summary>
/// Gives waiting tasks a node. It keeps a picture of the nodes and the waiting tasks, which <see cref="Observe"/> keeps up to date,
/// so that a plan costs what has changed and not what there is.
/// </summary>
public sealed class Scheduler
{
    /// <summary>The least time between two explanations to the same tasks.</summary>
    private static readonly TimeSpan ExplainInterval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<GroupKey, Timestamp> postponed = [];
    private NodeLoads loads = new(0);
    private WaitingTasks waiting = new();

    /// <summary>Hears of objects that could not be handled; null where that should end the work.</summary>
    public PassOver? PassOver { get; init; }

    /// <summary>Plans on a state alone.</summary>
    public static SchedulePlan Plan(Snapshot state, Timestamp now)
    {
        var scheduler = new Scheduler();
        scheduler.Reset(state, now);
        return scheduler.Plan(now);
    }

    /// <summary>Makes the picture anew.</summary>
    public void Reset(Snapshot state, Timestamp now)
    {
        (loads, waiting) = (new(state.Nodes.Count), new());
        postponed.Clear();
        foreach (var node in state.Nodes.All)
            OneObject.Handle(PassOver, node.Kind, node.Id, () => loads.Put(node));
        List<SwarmTask> pending = [];
        List<SwarmTask> failures = [];
        foreach (var task in state.Tasks.All)
        {
            loads.Put(task);
            if (task.Status.State == TaskState.Pending)
                pending.Add(task);
            else if (HasFailed(task) && FailureLog.Matters(task.Status.Timestamp, now))
                failures.Add(task);
        }
        // In the order of their slots, as they would be heard of.
        foreach (var task in pending.OrderBy(task => task.ServiceId, StringComparer.Ordinal).ThenBy(task => task.Slot).ThenBy(task => task.Id, StringComparer.Ordinal))
            waiting.Put(task);
        foreach (var task in failures.OrderBy(task => task.Status.Timestamp))
            loads.Find(task.NodeId)?.NoteFailure(task);
    }

    /// <summary>Takes notice of a change. To hear of the same one twice does no harm.</summary>
    public void Observe(ObjectChange change)
    {
        switch (change.Object)
        {
            case Node node:
                Observe(change.Old as Node, change.New as Node, node);
                break;
            case SwarmTask task:
                Observe(change.Old as SwarmTask, change.New as SwarmTask, task);
                break;
        }
    }

    /// <summary>Whether a plan would look at anything.</summary>
    public bool HasWork(Timestamp now) =>
        waiting.Tryable.Count > 0 || waiting.TryableNodes.Count > 0 || postponed.Any(entry => entry.Value <= now);

    /// <summary>Places what can be placed, and tells the rest why not. The picture then has the plan in it already.</summary>
    /// <param name="now">When.</param>
    /// <param name="changesMax">Changes after which the plan ends, with more to come.</param>
    public SchedulePlan Plan(Timestamp now, int changesMax = int.MaxValue)
    {
        foreach (var (key, _) in postponed.Where(entry => entry.Value <= now).ToList())
        {
            postponed.Remove(key);
            waiting.Try(key);
        }
        List<StoreChange> changes = [];
        foreach (var nodeId in waiting.TryableNodes.ToList())
        {
            if (changes.Count >= changesMax)
                break;
            if (!OneObject.Handle(PassOver, ObjectKind.Node, nodeId, () => PlaceOnNode(nodeId, now, changes)))
                waiting.TriedNode(nodeId);
        }
        foreach (var key in waiting.Tryable.ToList())
        {
            if (changes.Count >= changesMax)
                break;
            if (!OneObject.Handle(PassOver, ObjectKind.Service, waiting.GroupOf(key).Tasks.Values.First().ServiceId, () => Place(key, now, changes, changesMax)))
                waiting.Tried(key);
        }
        return new(changes, postponed.Count == 0 ? null : postponed.Values.Min(), waiting.Tryable.Count > 0 || waiting.TryableNodes.Count > 0);
    }

    private static bool HasFailed(SwarmTask task) => task.Status.State is TaskState.Failed or TaskState.Rejected;

    private void Observe(Node? old, Node? node, Node either)
    {
        if (node is null)
            loads.Remove(either);
        else
            loads.Put(node);
        if (old is not null && node is not null && old.Spec == node.Spec && old.Status == node.Status && old.Description == node.Description)
            return;
        waiting.TryAll();
        waiting.TryNode(either.Id);
    }

    private void Observe(SwarmTask? old, SwarmTask? task, SwarmTask either)
    {
        if (task is null ? loads.Remove(either.Id) : loads.Put(task))
        {
            waiting.TryAll();
            waiting.TryNode(either.NodeId);
        }
        if (task is null)
            waiting.Remove(either);
        else
            waiting.Put(task);
        if (task is not null && HasFailed(task) && old is { Status.State: <= TaskState.Running })
            loads.Find(task.NodeId)?.NoteFailure(task);
    }

    private void PlaceOnNode(string nodeId, Timestamp now, List<StoreChange> changes)
    {
        waiting.TriedNode(nodeId);
        foreach (var task in waiting.OfNode(nodeId).ToList())
        {
            var filters = TaskFilters.For(task, loads);
            if (loads.Find(nodeId) is { } load && filters.FitsNode(load) && filters.HasRoom(load))
                Assign(task, load, now, changes, "scheduler confirmed task can run on preassigned node");
            else
                Tell(task, filters.Explain(loads.Find(nodeId) is { } own ? [own] : []), now, changes);
        }
    }

    private void Place(GroupKey key, Timestamp now, List<StoreChange> changes, int changesMax)
    {
        var group = waiting.GroupOf(key);
        var sample = group.Tasks.Values.First();
        var filters = TaskFilters.For(sample, loads);
        var source = SourceFor(sample, filters, now);
        // Those that get a node leave the group meanwhile. Once there is no room for one, there is none for the others.
        foreach (var task in group.Tasks.Values)
        {
            if (changes.Count >= changesMax)
                return;
            if (source.Next() is not { } load)
                break;
            Assign(task, load, now, changes, "scheduler assigned task to node");
        }
        if (Explain(key, group, filters, now, changes, changesMax))
            waiting.Tried(key);
    }

    private INodeSource SourceFor(SwarmTask task, TaskFilters filters, Timestamp now)
    {
        var ranked = new RankedNodes(loads, filters, task, now);
        return SpreadTree.LabelsOf(task) is { Count: > 0 } labels ? new SpreadTree(loads, filters, task, labels, ranked.RankOf) : ranked;
    }

    private void Assign(SwarmTask task, NodeLoad load, Timestamp now, List<StoreChange> changes, string message)
    {
        waiting.Remove(task);
        var assigned = task with
        {
            NodeId = load.Node.Id,
            Status = task.Status with { State = TaskState.Assigned, Timestamp = now, Message = message, Err = null },
            AssignedGenericResources = task.Spec.Resources?.Reservations?.GenericResources is { Count: > 0 } wanted ? load.Generic.Choose(load.Node, wanted) : null,
        };
        loads.Put(assigned);
        changes.Add(StoreChange.Put(assigned));
    }

    /// <summary>
    /// Tells tasks why they wait. Those that were told lately are told later, so that a swarm where much changes does not rewrite
    /// the reasons of many tasks all the time. False where the plan is full.
    /// </summary>
    private bool Explain(GroupKey key, TaskGroup group, TaskFilters filters, Timestamp now, List<StoreChange> changes, int changesMax)
    {
        var later = group.ExplainedAt + ExplainInterval;
        var lately = !group.ExplainedAt.IsZero && now < later;
        string? explanation = null;
        foreach (var task in group.Tasks.Values.ToList())
        {
            if (lately && task.Status.Err is { Length: > 0 })
            {
                postponed[key] = later;
                continue;
            }
            if (changes.Count >= changesMax)
                return false;
            if (Tell(task, explanation ??= filters.Explain(loads.All), now, changes))
                group.ExplainedAt = now;
        }
        return true;
    }

    private bool Tell(SwarmTask task, string explanation, Timestamp now, List<StoreChange> changes)
    {
        if (task.Status.Err == explanation)
            return false;
        var told = task with { Status = task.Status with { Timestamp = now, Message = "pending task scheduling", Err = explanation } };
        waiting.Put(told);
        changes.Add(StoreChange.Put(told));
        return true;
    }
}
