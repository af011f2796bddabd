using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Tells how far a service is from what is wanted of it.</summary>
internal static class ServiceConvergence
{
    /// <summary>Errors that are told: more would not help a reader.</summary>
    private const int ErrorsMax = 10;

    private const string Converging = "converging";
    private const string Converged = "converged";
    private const string Failed = "failed";

    /// <summary>The service's state.</summary>
    public static Convergence Of(Snapshot state, Service service)
    {
        var tasks = state.TasksOfService(service.Id);
        if (service.JobStatus is { } run)
            return OfJob(JobProgress.Of(state, service, run), tasks.Where(task => task.JobIteration == run.JobIteration));
        var wanted = tasks.Where(task => task.DesiredState is not TaskState.Remove).ToList();
        var current = wanted.Where(task => TaskQuery.IsUpToDate(state, task)).ToList();
        var live = wanted.Where(task => task.DesiredState <= TaskState.Running && task.Status.State <= TaskState.Running).ToList();
        var ended = EndedSlots(service, current, live);
        var running = current.Count(task => task is { DesiredState: TaskState.Running, Status.State: TaskState.Running });
        var completed = ended.Count(task => task.Status.State is TaskState.Complete);
        var desired = Desired(state, service, wanted);
        var counts = new Counts(desired, running, completed, ended.Count - completed, live.Count(task => !TaskQuery.IsUpToDate(state, task)), live.Count);
        return new()
        {
            Desired = desired,
            Running = running,
            State = Judge(service.UpdateStatus?.State, counts),
            Message = Message(service.UpdateStatus, counts),
            Errors = Errors(current),
        };
    }

    /// <summary>A job is there once each of its tasks has completed. One that no node fits yet has none.</summary>
    private static Convergence OfJob(JobProgress job, IEnumerable<SwarmTask> tasks) => new()
    {
        Desired = job.Total,
        Running = job.Running,
        Completed = job.Completed,
        State = job.Total == 0 || job.Completed + job.Failed < job.Total ? Converging : job.Failed > 0 ? Failed : Converged,
        Message = $"{job.Completed} of {job.Total} completed, {job.Running} running{(job.Failed > 0 ? $", {job.Failed} ended by an error and will not be restarted" : "")}",
        Errors = Errors(tasks),
    };

    /// <summary>A service that is no more.</summary>
    public static Convergence Removed(string name) => new() { State = Failed, Message = $"service {name} was removed" };

    /// <summary>Whether nothing more will come.</summary>
    public static bool IsOver(Convergence convergence) => convergence.State != Converging;

    private static int Desired(Snapshot state, Service service, IReadOnlyList<SwarmTask> wanted)
    {
        if (service.Spec.Mode is not { Global: not null })
            return (int)Math.Min(service.Spec.Mode?.Replicated?.Replicas ?? 1, int.MaxValue);
        // Of a service that is new, and on a node that is, tasks are still to be made.
        var known = wanted.Select(task => task.NodeId).ToHashSet(StringComparer.Ordinal);
        var due = state.Nodes.All.Count(node => !known.Contains(node.Id) && GlobalTasks.BelongsOn(service.Spec, node));
        return due + wanted.Where(task => task.DesiredState <= TaskState.Running).Select(task => task.NodeId).Distinct(StringComparer.Ordinal).Count();
    }

    /// <summary>The last tasks of slots in which nothing runs and nothing will be started again.</summary>
    private static List<SwarmTask> EndedSlots(Service service, IEnumerable<SwarmTask> current, IEnumerable<SwarmTask> live)
    {
        var occupied = live.Select(SlotOf).ToHashSet();
        var never = service.Spec.TaskTemplate.RestartPolicy?.Condition is RestartCondition.None;
        return current.GroupBy(SlotOf)
            .Where(slot => !occupied.Contains(slot.Key))
            .Select(slot => slot.MaxBy(task => (task.CreatedAt.Nanoseconds, task.Version.Index))!)
            // While a restart is to be decided, the task is still wanted.
            .Where(task => task.Status.State > TaskState.Running && (never || task.DesiredState > TaskState.Running))
            .ToList();
    }

    private static (ulong Slot, string Node) SlotOf(SwarmTask task) => (task.Slot, task.Slot == 0 ? task.NodeId : "");

    private static string Judge(UpdateState? update, Counts counts)
    {
        if (update is UpdateState.Paused or UpdateState.RollbackPaused)
            return Failed;
        if (update is UpdateState.Updating or UpdateState.RollbackStarted || counts.Outdated > 0)
            return Converging;
        if (counts.Failed > 0 && counts.Running + counts.Completed + counts.Failed >= counts.Desired)
            return Failed;
        return counts.Failed == 0 && counts.Running + counts.Completed >= counts.Desired && counts.Live <= counts.Desired ? Converged : Converging;
    }

    private static string Message(UpdateStatus? update, Counts counts)
    {
        var parts = new List<string> { $"{counts.Running} of {counts.Desired} running" };
        if (counts.Completed > 0)
            parts.Add($"{counts.Completed} completed");
        if (counts.Failed > 0)
            parts.Add($"{counts.Failed} ended by an error and will not be restarted");
        if (counts.Outdated > 0)
            parts.Add($"{counts.Outdated} still of an earlier spec");
        if (update is { State: not null and not UpdateState.Completed, Message: { Length: > 0 } message })
            parts.Add(message);
        return string.Join(", ", parts);
    }

    private static ValueList<string>? Errors(IEnumerable<SwarmTask> current)
    {
        var errors = current.Where(task => !string.IsNullOrEmpty(task.Status.Err))
            .OrderByDescending(task => task.Status.Timestamp)
            .Select(task => task.Status.Err!)
            .Distinct(StringComparer.Ordinal)
            .Take(ErrorsMax)
            .ToValueList();
        return errors.Count > 0 ? errors : null;
    }

    /// <param name="Desired">Tasks there should be.</param>
    /// <param name="Running">Tasks of the present spec that run.</param>
    /// <param name="Completed">Slots whose work is done.</param>
    /// <param name="Failed">Slots that ended by an error for good.</param>
    /// <param name="Outdated">Tasks of an earlier spec that still should run.</param>
    /// <param name="Live">Tasks that should run, of any spec.</param>
    private readonly record struct Counts(int Desired, int Running, int Completed, int Failed, int Outdated, int Live);
}
