using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>What must hold whenever the leader has nothing more to decide, however bad things are.</summary>
internal static class AtRest
{
    public static void Check(Snapshot state)
    {
        foreach (var service in state.Services.All)
        {
            // To a node that comes back, a global service's update comes later, once it was completed everywhere else.
            if (service.UpdateStatus is null || (service.UpdateStatus.CompletedAt is not null && service.Spec.Mode?.Global is null))
                SlotsAreFilledOnce(state, service);
            if (service.Spec.Mode?.Replicated is { Replicas: { } wanted })
                HasItsReplicas(state, service, wanted);
        }
        foreach (var task in state.Tasks.All)
            Simulation.Check.That(task.DesiredState > TaskState.Running || state.Services.Find(task.ServiceId) is not null, "a removed service has no live tasks", () => Invariants.Tell(task));
        foreach (var node in state.Nodes.All)
            HasNothingItMayNot(state, node);
    }

    /// <summary>Only an update that is under way, or was stopped, may leave two tasks in a slot.</summary>
    private static void SlotsAreFilledOnce(Snapshot state, Service service)
    {
        foreach (var slot in state.TasksOfService(service.Id).Where(task => task.DesiredState < TaskState.Shutdown).GroupBy(task => Invariants.KeyOf(state, task)))
        {
            // What a node has that takes no tasks for now, stays as it is for now.
            if (IsMoved(slot))
                continue;
            if (slot.Key.Node == "" || state.Nodes.Find(slot.Key.Node) is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active })
                Simulation.Check.That(slot.Count() == 1, "a slot that no update touches is filled once", () => string.Join(", ", slot.Select(Invariants.Tell)));
        }
    }

    /// <summary>A task and its successor on another node, which does not run yet.</summary>
    private static bool IsMoved(IEnumerable<SwarmTask> slot) =>
        slot.ToList() is [var a, var b] && (IsSuccessor(a, b) || IsSuccessor(b, a));

    private static bool IsSuccessor(SwarmTask task, SwarmTask before) =>
        task.Restart?.Replaces == before.Id && task.SpecVersion == before.SpecVersion && task.NodeId != before.NodeId && task.Status.State < TaskState.Running;

    /// <summary>Neither surplus nor gap: each replica has a task that should run, or will, or one that has ended and that its policy leaves so.</summary>
    private static void HasItsReplicas(Snapshot state, Service service, ulong wanted)
    {
        var slots = state.TasksOfService(service.Id).Where(task => task.DesiredState != TaskState.Remove).GroupBy(task => task.Slot).ToList();
        var live = slots.Count(slot => slot.Any(task => task.DesiredState <= TaskState.Running));
        var ended = slots.Count(slot => slot.All(task => task.DesiredState > TaskState.Running) && slot.Any(MayStayEnded));
        Simulation.Check.That(
            (ulong)live <= wanted && (ulong)(live + ended) >= wanted, "a service at rest has its replicas, and no surplus",
            () => $"{service.Id}: {live} live and {ended} ended of {wanted}; {string.Join(", ", slots.SelectMany(slot => slot).Select(Invariants.Tell))}");
    }

    /// <summary>Without restarts, one that only lost its node is not replaced either.</summary>
    private static bool MayStayEnded(SwarmTask task) => task.Spec.RestartPolicy switch
    {
        { Condition: RestartCondition.None } => true,
        { Condition: RestartCondition.OnFailure } when task.Status.State == TaskState.Complete => true,
        { MaxAttempts: > 0 } => task.Status.State > TaskState.Running,
        _ => false,
    };

    private static void HasNothingItMayNot(Snapshot state, Node node)
    {
        foreach (var task in state.TasksOfNode(node.Id).Where(task => task.DesiredState <= TaskState.Running && task.Status.State is >= TaskState.Assigned and <= TaskState.Running))
        {
            if (node is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active })
                Simulation.Check.That(MayHave(state, node, task), "no node keeps a task that it may not have", () => Invariants.Tell(task));
            Simulation.Check.That(node.Spec.Availability != NodeAvailability.Drain, "a drained node keeps nothing", () => Invariants.Tell(task));
            Simulation.Check.That(node.Status.State != NodeState.Down || task.Slot == 0, "replicas leave a node that is down", () => Invariants.Tell(task));
        }
    }

    /// <summary>What another spec of its service forbids it to have, it keeps until the update comes to it.</summary>
    private static bool MayHave(Snapshot state, Node node, SwarmTask task) =>
        state.Services.Find(task.ServiceId) is not { } service ||
        Constraints.Of(service.Spec.TaskTemplate.Placement).AreMetBy(node) ||
        (service.UpdateStatus is { CompletedAt: null } && Constraints.Of(task.Spec.Placement).AreMetBy(node));
}
