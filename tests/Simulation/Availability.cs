using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>What an update may take away at a time, round by round.</summary>
internal static class Availability
{
    public static void Check(Snapshot before, Snapshot after, string serviceId)
    {
        MovesKeepWhatRuns(before, after, serviceId);
        if (after.Services.Find(serviceId) is not { UpdateStatus.State: UpdateState.Updating or UpdateState.RollbackStarted } service || before.Services.Find(serviceId) is null)
            return;
        var policy = service.UpdateStatus.State == UpdateState.Updating ? service.Spec.UpdateConfig : service.Spec.RollbackConfig;
        NoMoreAtATime(before, after, service, policy?.Parallelism ?? 1);
        if (policy?.Order == UpdateOrder.StartFirst)
            NoneStopsTooEarly(before, after, service);
    }

    /// <summary>
    /// A task that runs where it may, as its service wants it, is stopped only for a successor that runs in its place, unless an update
    /// replaces it or its slot goes; and no round begins more moves than the swarm's budget allows.
    /// </summary>
    private static void MovesKeepWhatRuns(Snapshot before, Snapshot after, string serviceId)
    {
        if (after.Services.Find(serviceId) is not { Spec.Mode.Replicated: not null } service)
            return;
        foreach (var task in after.TasksOfService(serviceId).Where(task => task.DesiredState == TaskState.Shutdown && task.Status.State == TaskState.Running))
        {
            if (before.Tasks.Find(task.Id) is not { } was || !Serves(before, was) || task.SpecVersion != service.SpecVersion || before.Services.Find(serviceId)?.SpecVersion != service.SpecVersion)
                continue;
            Simulation.Check.That(
                after.TasksOfService(serviceId).Any(other => other.Slot == task.Slot && Serves(after, other)),
                "what runs is stopped only for what runs in its place", () => Invariants.Tell(task));
        }
    }

    /// <summary>No round begins more moves than the swarm's budget has room for.</summary>
    public static void CheckBudget(Snapshot before, Snapshot after, IEnumerable<ObjectChange> changes)
    {
        if (!changes.Any(change => change.Old is null && change.New is SwarmTask task && IsMove(after, task)))
            return;
        var budget = RebalanceBudget.Of(before.Swarm!.Spec.Labels);
        var underWay = after.Tasks.All.Where(task => task.DesiredState <= TaskState.Running && task.Status.State < TaskState.Running && IsMove(after, task)).ToList();
        Simulation.Check.That(underWay.Count <= budget, "no more tasks are moved at a time than the swarm's budget", () => $"{budget}: {string.Join(", ", underWay.Select(Invariants.Tell))}");
    }

    private static bool IsMove(Snapshot state, SwarmTask task) =>
        task.Restart?.Replaces is { Length: > 0 } replaced && state.Tasks.Find(replaced) is { DesiredState: <= TaskState.Running } old && old.SpecVersion == task.SpecVersion;

    /// <summary>A round takes down only so many further replicas that no more than the policy's number wait for their new task.</summary>
    private static void NoMoreAtATime(Snapshot before, Snapshot after, Service service, ulong parallelism)
    {
        if (parallelism == 0)
            return;
        var brought = after.TasksOfService(service.Id).Where(task => task.SpecVersion == service.SpecVersion && task.Restart is { Count: 0, Replaces: not "" }).ToLookup(task => before.Tasks.Find(task.Id) is null);
        // One that takes the place of a task that had ended, or was rejected just now, takes nothing down.
        var begun = brought[true].Where(task =>
            before.Tasks.Find(task.Restart!.Replaces) is { } old && Serves(before, old) && after.Tasks.Find(old.Id) is { Status.State: TaskState.Running }).ToList();
        // A global service's update does not wait for nodes that are down.
        var waiting = brought[false].Where(task => task is { DesiredState: <= TaskState.Running, Status.State: < TaskState.Running } &&
            (task.Slot != 0 || after.Nodes.Find(task.NodeId) is { Status.State: not NodeState.Down })).ToList();
        Simulation.Check.That(
            begun.Count == 0 || (ulong)(begun.Count + waiting.Count) <= parallelism, "an update has no more replicas on the way than its parallelism",
            () => $"{parallelism}: {string.Join(", ", begun.Concat(waiting).Select(Invariants.Tell))}");
    }

    /// <summary>Where the new task is to start first, a slot that had a running task keeps one.</summary>
    private static void NoneStopsTooEarly(Snapshot before, Snapshot after, Service service)
    {
        foreach (var slot in after.TasksOfService(service.Id).GroupBy(task => Invariants.KeyOf(after, task)))
        {
            var had = slot.Where(task => task.Status.State == TaskState.Running && before.Tasks.Find(task.Id) is { } old && Serves(before, old)).ToList();
            // A node that is gone or may not have the service any more keeps nothing of it.
            if (slot.Key.Node != "" && (after.Nodes.Find(slot.Key.Node) is not { } node || !Constraints.Of(service.Spec.TaskTemplate.Placement).AreMetBy(node)))
                continue;
            // A slot that is given up altogether is not updated.
            if (had.Count > 0 && slot.All(task => task.DesiredState < TaskState.Remove || before.Tasks.Find(task.Id)?.DesiredState == TaskState.Remove))
                Simulation.Check.That(slot.Any(task => Serves(after, task)), "start-first keeps what runs until the new task does", () => string.Join(", ", slot.Select(Invariants.Tell)));
        }
    }

    private static bool Serves(Snapshot state, SwarmTask task) =>
        task is { DesiredState: TaskState.Running, Status.State: TaskState.Running } &&
        state.Nodes.Find(task.NodeId) is { Status.State: NodeState.Ready or NodeState.Unknown, Spec.Availability: not NodeAvailability.Drain };
}
