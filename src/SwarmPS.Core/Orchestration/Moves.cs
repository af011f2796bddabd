using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>
/// Moves tasks to other nodes: each gets a successor there, in its own slot, and is stopped once that runs. Where the successor
/// does not come to run, it goes, and the task stays. As many successors start at a time as the service's update policy lets it
/// replace; the others are made ready on their nodes meanwhile.
/// </summary>
public static class Moves
{
    /// <summary>How long a successor may take to run, once it may start, before the task stays where it is.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(10);

    /// <summary>Whether tasks of a service may be moved: not while an update replaces them anyway, or was stopped on its way.</summary>
    public static bool AreAllowed(Service service) =>
        service.Spec.Mode?.Replicated is not null && !Updates.IsUnderWay(service) && !Updates.IsPaused(service);

    /// <summary>The successors of a service's tasks that are being moved.</summary>
    public static IEnumerable<SwarmTask> UnderWay(Snapshot state, Service service) => state.TasksOfService(service.Id)
        .Where(task => Slot.IsLive(task) && task.Status.State < TaskState.Running && IsSuccessor(state, task))
        .OrderBy(task => task.Id, StringComparer.Ordinal);

    /// <summary>Whether a task is to take the place of one that is as the service wants it, too, and has yet to stop.</summary>
    internal static bool IsSuccessor(Snapshot state, SwarmTask task) =>
        task.Restart?.Replaces is { Length: > 0 } replaced && state.Tasks.Find(replaced) is { } old && Slot.IsLive(old) && old.SpecVersion == task.SpecVersion;

    /// <summary>Begins to move tasks of a replicated service, by task and node.</summary>
    public static IReadOnlyList<StoreChange> Begin(Snapshot state, Service service, IEnumerable<(string TaskId, string NodeId)> moves, Timestamp now, Func<string> newId)
    {
        var draft = new Draft(state, service, new(state, service.Id), now, newId, int.MaxValue);
        var free = Parallelism(UpdatePolicy.Of(service)) - UnderWay(state, service).Count(HasItsTurn);
        foreach (var (taskId, nodeId) in moves)
        {
            var record = new RestartRecord { Replaces = taskId, NotBefore = now };
            var desired = free-- > 0 ? TaskState.Running : TaskState.Ready;
            draft.Put(TaskTemplates.Create(draft, new(state.Tasks.Find(taskId)!.Slot, ""), desired, record) with { NodeId = nodeId });
        }
        return draft.Done().Changes;
    }

    /// <summary>Whether a task waits for its turn to take the place of one on another node, which still runs.</summary>
    internal static bool IsWaiting(Slot slot, SwarmTask task) =>
        task.DesiredState < TaskState.Running && slot.Live.Any(other => other.Id == task.Restart?.Replaces);

    /// <summary>Lets further successors start, as those before them have come to run or have gone.</summary>
    internal static void Advance(Draft draft, IReadOnlyList<SlotProgress> progress, UpdatePolicy policy)
    {
        var moving = progress.Where(slot => slot.Leaving.Count > 0 && slot.Current.Count > 0).ToLookup(slot => HasItsTurn(slot.Current[^1]));
        // What an earlier move has left in the slot has to have stopped, too.
        var waiting = moving[false].Where(slot => Restarts.StopsBefore(draft, slot.Slot) is null).Select(slot => slot.Current[^1]).ToList();
        if (waiting.Count == 0)
            return;
        var free = Parallelism(policy) - moving[true].Count(slot => slot.Current[^1].Status.State < TaskState.Running);
        foreach (var done in progress.Select(slot => slot.DoneAt).OfType<Timestamp>().Where(done => draft.Now < done + policy.Delay))
        {
            free--;
            draft.Wake(done + policy.Delay);
        }
        foreach (var task in waiting.Take((int)Math.Max(free, 0)))
        {
            if (draft.HasRoom())
                draft.Put(task with { DesiredState = TaskState.Running, Restart = task.Restart! with { NotBefore = draft.Now } });
        }
    }

    private static bool HasItsTurn(SwarmTask task) => task.DesiredState >= TaskState.Running;

    private static long Parallelism(UpdatePolicy policy) => policy.Parallelism == 0 ? int.MaxValue : (long)Math.Min(policy.Parallelism, int.MaxValue);
}
