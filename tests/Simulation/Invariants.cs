using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>What must hold after each of the leader's rounds, whatever happened before. Written without the deciders' own words.</summary>
internal sealed class Invariants
{
    public void Check(Snapshot before, Snapshot after, IReadOnlyList<ObjectChange> changes, Timestamp now)
    {
        List<SwarmTask> placed = [];
        foreach (var change in changes)
        {
            if (change is { Old: SwarmTask old, New: SwarmTask task })
                MovesOn(before, old, task, now);
            if (change.New is SwarmTask { Status.State: TaskState.Assigned } assigned && change.Old is not SwarmTask { Status.State: >= TaskState.Assigned })
                placed.Add(assigned);
            if (change is { Old: SwarmTask gone, New: null })
                Simulation.Check.That(
                    gone.Status.State is > TaskState.Running or < TaskState.Assigned || after.Nodes.Find(gone.NodeId) is not { } node || !MayHave(after, node, gone),
                    "a task is forgotten only once it is over", () => Tell(gone));
        }
        Availability.CheckBudget(before, after, changes);
        foreach (var task in placed)
            FitsItsNode(after, task);
        foreach (var group in placed.GroupBy(task => (task.NodeId, task.ServiceId)))
            HasNoMoreThanMay(after, group, group.Key.NodeId, group.Key.ServiceId);
        foreach (var service in changes.Select(change => change.Object).OfType<SwarmTask>().Select(task => task.ServiceId).Distinct())
        {
            SlotsAreFilledOnce(before, after, service);
            JobsKeepTheirCounts(after, service);
            Availability.Check(before, after, service);
        }
        foreach (var begun in changes.Where(change => change.Old is null).Select(change => change.New).OfType<SwarmTask>().Where(task => task.JobIteration is not null))
            Simulation.Check.That(!HasCompleted(before, begun), "work that is done is not begun again", () => Tell(begun));
    }

    private static void MovesOn(Snapshot before, SwarmTask old, SwarmTask task, Timestamp now)
    {
        Simulation.Check.That(task.Status.State >= old.Status.State, "states only move on", () => $"{Tell(old)} became {Tell(task)}");
        Simulation.Check.That(task.DesiredState >= old.DesiredState, "desired states only move on", () => $"{Tell(old)} became {Tell(task)}");
        Simulation.Check.That(old.NodeId == "" || task.NodeId == old.NodeId, "a task never moves", () => $"{Tell(old)} became {Tell(task)}");
        Simulation.Check.That(task.CreatedAt == old.CreatedAt, "a task keeps its time of creation", () => $"{Tell(old)} became {Tell(task)}");
        if (old.DesiredState == TaskState.Ready && task.DesiredState == TaskState.Running)
        {
            Simulation.Check.That((task.Restart?.NotBefore ?? Timestamp.Zero) <= now, "a delay is waited for", () => $"{Tell(task)} at {now}");
            var beside = before.TasksOfService(task.ServiceId).FirstOrDefault(other =>
                other.Id != task.Id && other.Slot == task.Slot && (task.Slot != 0 || other.NodeId == task.NodeId) &&
                other.DesiredState > TaskState.Running && other.Status.State is >= TaskState.Assigned and <= TaskState.Running &&
                before.Nodes.Find(other.NodeId) is { Status.State: not NodeState.Down });
            Simulation.Check.That(
                beside is null || now - task.CreatedAt >= TimeSpan.FromSeconds(60),
                "a replacement waits until the task before it has stopped", () => $"{Tell(task)} beside {Tell(beside!)}");
        }
    }

    private static void FitsItsNode(Snapshot state, SwarmTask task)
    {
        var node = state.Nodes.Find(task.NodeId);
        Simulation.Check.That(
            node is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active }, "tasks go to nodes that take them", () => $"{Tell(task)} on {node}");
        Simulation.Check.That(
            Constraints.Of(task.Spec.Placement).AreMetBy(node!), "tasks go to nodes that meet their constraints", () => $"{Tell(task)} on {node}");
        var there = state.TasksOfNode(task.NodeId).Where(other => other.Status.State is >= TaskState.Assigned and <= TaskState.Running).ToList();
        // A node that has become smaller keeps what it has.
        Simulation.Check.That(
            task.Spec.Resources is null || there.Sum(other => other.Spec.Resources?.Reservations?.MemoryBytes ?? 0) <= node!.Description!.Resources!.MemoryBytes,
            "no node has more memory reserved than it has", () => string.Join(", ", there.Select(Tell)));
        var ports = there.SelectMany(other => other.Ports.OrEmpty()).Select(port => port.PublishedPort).ToList();
        Simulation.Check.That(ports.Count == ports.Distinct().Count(), "a host port is given once", () => string.Join(", ", there.Select(Tell)));
    }

    /// <summary>
    /// A limit holds for the task that has it, when it is placed; one of another spec that comes after it is bound by its own alone. So
    /// those that were placed at once must have been placeable in some order, and if in any, then in that of their limits.
    /// </summary>
    private static void HasNoMoreThanMay(Snapshot state, IEnumerable<SwarmTask> placed, string nodeId, string serviceId)
    {
        var there = state.TasksOfNode(nodeId)
            .Where(task => task.ServiceId == serviceId && task.Status.State is >= TaskState.Assigned and <= TaskState.Running && task.DesiredState < TaskState.Shutdown).ToList();
        var limits = placed.Select(task => task.Spec.Placement?.MaxReplicas is > 0 and var most ? most : ulong.MaxValue).Order().ToList();
        var before = (ulong)(there.Count - limits.Count);
        for (var i = 0; i < limits.Count; i++)
            Simulation.Check.That(before + (ulong)i < limits[i], "a node has no more replicas than it may", () => string.Join(", ", there.Select(Tell)));
    }

    private static bool MayHave(Snapshot state, Node node, SwarmTask task) =>
        Constraints.Of((state.Services.Find(task.ServiceId)?.Spec.TaskTemplate ?? task.Spec).Placement).AreMetBy(node);

    private static void SlotsAreFilledOnce(Snapshot before, Snapshot state, string serviceId)
    {
        var service = state.Services.Find(serviceId);
        var tasks = state.TasksOfService(serviceId);
        foreach (var slot in tasks.GroupBy(task => KeyOf(state, task)))
        {
            var live = slot.Where(task => task.DesiredState < TaskState.Shutdown).ToList();
            var running = live.Count(task => task.DesiredState >= TaskState.Running);
            // An update that starts first has two, and leaves them so when it is changed or paused on the way.
            Simulation.Check.That(running <= 2 && live.Count <= 2, "a slot is filled once", () => string.Join(", ", live.Select(Tell)));
        }
        if (service?.Spec.Mode?.Replicated is { } mode)
        {
            // What is too many goes in this round or, where it is full, in one of the next.
            var most = Math.Max(mode.Replicas ?? 1, (ulong)LiveSlots(before, serviceId));
            Simulation.Check.That((ulong)LiveSlots(state, serviceId) <= most, "no round makes more replicas than wanted", () => $"{LiveSlots(state, serviceId)} of {most} in {serviceId}");
        }
    }

    private static int LiveSlots(Snapshot state, string serviceId) =>
        state.TasksOfService(serviceId).Where(task => task.DesiredState <= TaskState.Running).Select(task => task.Slot).Distinct().Count();

    /// <summary>The place of a task: a number, or its node; those of a replicated job count from 0.</summary>
    internal static (ulong Slot, string Node) KeyOf(Snapshot state, SwarmTask task) =>
        (task.Slot, task.Slot == 0 && state.Services.Find(task.ServiceId)?.Spec.Mode?.ReplicatedJob is null ? task.NodeId : "");

    /// <summary>No more slots than there is work, and no more of them on their way than may be.</summary>
    private static void JobsKeepTheirCounts(Snapshot state, string serviceId)
    {
        if (state.Services.Find(serviceId) is not { Spec.Mode.ReplicatedJob: { } job } service)
            return;
        var tasks = state.TasksOfService(serviceId).Where(task => task.JobIteration == service.JobStatus!.JobIteration).ToList();
        var slots = tasks.Select(task => task.Slot).Distinct().Count();
        Simulation.Check.That((ulong)slots <= job.TotalCompletions, "a job has no more tasks than there is work", () => $"{slots} of {job.TotalCompletions} in {serviceId}");
        var active = tasks.Where(task => task.DesiredState < TaskState.Shutdown && task.Status.State <= TaskState.Running).Select(task => task.Slot).Distinct().Count();
        Simulation.Check.That((ulong)active <= job.MaxConcurrent, "no more of a job is on its way than may be", () => $"{active} of {job.MaxConcurrent} in {serviceId}");
        // One whose node was given up, and which completed all the same, should have stopped.
        var twice = tasks.Where(task => task is { Status.State: TaskState.Complete, DesiredState: TaskState.Complete }).GroupBy(task => task.Slot).FirstOrDefault(slot => slot.Count() > 1);
        Simulation.Check.That(twice is null, "work is done once", () => string.Join(", ", twice!.Select(Tell)));
    }

    private static bool HasCompleted(Snapshot before, SwarmTask begun) => before.TasksOfService(begun.ServiceId).Any(task =>
        task.JobIteration == begun.JobIteration && KeyOf(before, task) == KeyOf(before, begun) && task.Status.State == TaskState.Complete);

    internal static string Tell(SwarmTask task) =>
        $"{task.ServiceId}.{task.Slot} {task.Id} on '{task.NodeId}' {task.Status.State} -> {task.DesiredState} v{task.SpecVersion}" +
        (task.Restart is { } record ? $" for {record.Replaces} not before {record.NotBefore}, restart {record.Count}" : "") + $" {task.Status.Err}";
}
