using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>What must hold once nothing went wrong for long enough.</summary>
internal static class Convergence
{
    public static void Check(SimCluster cluster)
    {
        var state = cluster.State;
        foreach (var task in state.Tasks.All)
        {
            Holds(state.Services.Find(task.ServiceId) is not null, "tasks of removed services are forgotten", task);
            Holds(task.DesiredState < TaskState.Shutdown || task.Status.State > TaskState.Running || task.Status.State < TaskState.Assigned, "what should stop has stopped", task);
            Holds(task.DesiredState != TaskState.Ready, "no task waits for its start", task);
            if (task.DesiredState == TaskState.Running || task is { DesiredState: TaskState.Complete, Status.State: not TaskState.Complete })
                RunsOrCannot(state, task);
        }
        foreach (var agent in cluster.Agents)
        {
            var wanted = state.TasksOfNode(agent.NodeId).Where(task => task.DesiredState == TaskState.Running && task.Status.State == TaskState.Running);
            Simulation.Check.That(
                agent.Running.SequenceEqual(wanted.Select(task => task.Id).Order(StringComparer.Ordinal)), "containers are what the store says", () => agent.NodeId);
        }
        foreach (var service in state.Services.All)
            HasConverged(state, service);
    }

    private static void HasConverged(Snapshot state, Service service)
    {
        var tasks = state.TasksOfService(service.Id);
        if (service.JobStatus is { } run)
        {
            HasDoneItsWork(state, service, [.. tasks.Where(task => task.JobIteration == run.JobIteration)]);
            Simulation.Check.That(tasks.All(task => task.JobIteration == run.JobIteration), "runs before are forgotten", () => service.Id);
            return;
        }
        var live = tasks.Where(task => task.DesiredState == TaskState.Running).ToList();
        var stuck = live.Exists(task => task.Status.State == TaskState.Pending);
        var paused = service.UpdateStatus?.State is UpdateState.Paused or UpdateState.RollbackPaused;
        if (!stuck && !paused)
        {
            foreach (var task in live.Where(task => state.Nodes.Find(task.NodeId)!.Spec.Availability != NodeAvailability.Pause || task.Slot != 0))
            {
                Holds(!TaskTemplates.IsOutdated(state, service, task), "updates reach all tasks", task);
                Holds(task.Spec with { Placement = null } == service.Spec.TaskTemplate with { Placement = null }, "tasks are as their service says", task);
            }
            Simulation.Check.That(
                service.UpdateStatus?.State is not (UpdateState.Updating or UpdateState.RollbackStarted), "updates end", () => $"{service.Id} {service.UpdateStatus}");
        }
        foreach (var slot in tasks.GroupBy(task => (task.Slot, task.Slot == 0 ? task.NodeId : "")))
        {
            var limit = state.Swarm!.Spec.Orchestration?.TaskHistoryRetentionLimit ?? 5;
            var most = limit < 0 ? int.MaxValue : Math.Max(limit, (long)(service.Spec.TaskTemplate.RestartPolicy?.MaxAttempts + 1 ?? 0)) + 4;
            Simulation.Check.That(slot.Count() <= most, "history is bounded", () => $"{slot.Count()} tasks in {service.Id}.{slot.Key}, {limit} wanted");
            var resting = slot.Key.Slot == 0 && state.Nodes.Find(slot.Key.Item2) is not { Spec.Availability: NodeAvailability.Active };
            if (!stuck && !paused && !resting)
                Simulation.Check.That(slot.Count(task => task.DesiredState == TaskState.Running) <= 1, "a slot has one task in the end", () => $"{service.Id}.{slot.Key}");
        }
        if (service.Spec.Mode!.Replicated is { } mode)
            HasItsReplicas(service, tasks, (int)mode.Replicas!);
        else
            HasATaskOnEachNode(state, service, live, most: stuck || paused ? 2 : 1);
    }

    /// <summary>Each slot has completed once. It may have not only where its failures are not retried, or no node fits.</summary>
    private static void HasDoneItsWork(Snapshot state, Service service, List<SwarmTask> tasks)
    {
        var policy = service.Spec.TaskTemplate.RestartPolicy;
        if (policy is { Condition: RestartCondition.None } or { MaxAttempts: > 0 } || tasks.Exists(task => task is { DesiredState: TaskState.Complete, Status.State: TaskState.Pending }))
            return;
        var completed = tasks.Where(task => task.Status.State == TaskState.Complete).Select(task => Invariants.KeyOf(state, task)).Distinct().ToList();
        if (service.Spec.Mode!.ReplicatedJob is { } job)
        {
            Simulation.Check.That((ulong)completed.Count == job.TotalCompletions, "a job does all its work", () => $"{service.Id}: {completed.Count} of {job.TotalCompletions}; {string.Join(", ", tasks.Select(Invariants.Tell))}");
            return;
        }
        foreach (var node in state.Nodes.All.Where(node => node.Spec.Availability == NodeAvailability.Active && Constraints.Of(service.Spec.TaskTemplate.Placement).AreMetBy(node)))
            Simulation.Check.That(completed.Contains((0, node.Id)), "a global job does its work on each node that fits", () => $"{service.Id} on {node.Id}: {string.Join(", ", tasks.Select(Invariants.Tell))}");
    }

    private static void HasItsReplicas(Service service, IReadOnlyCollection<SwarmTask> tasks, int wanted)
    {
        var slots = tasks.GroupBy(task => task.Slot).ToList();
        var live = slots.Count(slot => slot.Any(task => task.DesiredState == TaskState.Running));
        // Whether an ended task is to be replaced is up to its policy; only without one it surely is.
        var ended = slots.Count(slot => slot.All(task => task.DesiredState > TaskState.Running));
        var policy = tasks.Select(task => task.Spec.RestartPolicy).FirstOrDefault(policy => policy is { MaxAttempts: not null } or { Condition: RestartCondition.None or RestartCondition.OnFailure });
        Simulation.Check.That(
            live == wanted || (policy is not null && live < wanted && live + ended == wanted), "a service has its replicas",
            () => $"{service.Id}: {live} live and {ended} ended of {wanted}; {string.Join(", ", tasks.Select(Invariants.Tell))}");
    }

    /// <param name="state">What is.</param>
    /// <param name="service">A global service.</param>
    /// <param name="live">Its tasks that should run.</param>
    /// <param name="most">Two on a node where an update that starts first cannot go on.</param>
    private static void HasATaskOnEachNode(Snapshot state, Service service, List<SwarmTask> live, int most)
    {
        foreach (var node in state.Nodes.All)
        {
            var fits = Constraints.Of(service.Spec.TaskTemplate.Placement).AreMetBy(node);
            var count = live.Count(task => task.NodeId == node.Id);
            if (node.Spec.Availability == NodeAvailability.Drain || !fits)
                Simulation.Check.That(count == 0, "a node that is drained or does not fit has no global task", () => $"{service.Id} on {node.Id}");
            else if (node.Spec.Availability == NodeAvailability.Active && state.TasksOfNode(node.Id).Where(task => task.ServiceId == service.Id).All(IsAlwaysRestarted))
                Simulation.Check.That(count >= 1 && count <= most, "each node that fits has a global task", () => $"{service.Id} on {node.Id}: {count}");
        }
    }

    private static bool IsAlwaysRestarted(SwarmTask task) =>
        task.Spec.RestartPolicy is null or { Condition: null or RestartCondition.Any, MaxAttempts: null };

    private static void RunsOrCannot(Snapshot state, SwarmTask task)
    {
        if (task.Status.State == TaskState.Running)
            return;
        // On a paused node a global task that has ended is not replaced for now.
        if (task is { Slot: 0, Status.State: > TaskState.Running } && state.Nodes.Find(task.NodeId)!.Spec.Availability == NodeAvailability.Pause)
            return;
        Holds(task.Status.State == TaskState.Pending && task.Status.Err is { Length: > 0 }, "a task runs, or says why it waits", task);
        var nodes = task.NodeId == "" ? state.Nodes.All : [state.Nodes.Find(task.NodeId)!];
        Holds(!nodes.Any(node => Fits(state, node, task)), "a task waits only where no node fits", task);
    }

    private static bool Fits(Snapshot state, Node node, SwarmTask task)
    {
        var there = state.TasksOfNode(node.Id).Where(other => other.Status.State is >= TaskState.Assigned and <= TaskState.Running).ToList();
        var ports = task.Ports.OrEmpty().Select(port => port.PublishedPort);
        var most = task.Spec.Placement?.MaxReplicas ?? 0;
        return node is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active } &&
            Constraints.Of(task.Spec.Placement).AreMetBy(node) &&
            there.Append(task).Sum(other => other.Spec.Resources?.Reservations?.MemoryBytes ?? 0) <= node.Description!.Resources!.MemoryBytes &&
            !there.SelectMany(other => other.Ports.OrEmpty()).Any(port => ports.Contains(port.PublishedPort)) &&
            (most == 0 || (ulong)there.Count(other => other.ServiceId == task.ServiceId) < most);
    }

    private static void Holds(bool holds, string rule, SwarmTask task) => Simulation.Check.That(holds, rule, () => Invariants.Tell(task));
}
