using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>
/// Moves tasks to other nodes: each gets a successor there, in its own slot, and is stopped once that runs. Where the successor
/// does not come to run, it goes, and the task stays.
/// </summary>
public static class Moves
{
    /// <summary>How long a successor may take to run before the task stays where it is.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(10);

    /// <summary>Begins to move tasks of a replicated service, by task and node.</summary>
    public static IReadOnlyList<StoreChange> Begin(Snapshot state, Service service, IEnumerable<(string TaskId, string NodeId)> moves, Timestamp now, Func<string> newId)
    {
        var draft = new Draft(state, service, new(state, service.Id), now, newId, int.MaxValue);
        foreach (var (taskId, nodeId) in moves)
        {
            var record = new RestartRecord { Replaces = taskId, NotBefore = now };
            draft.Put(TaskTemplates.Create(draft, new(state.Tasks.Find(taskId)!.Slot, ""), TaskState.Running, record) with { NodeId = nodeId });
        }
        return draft.Done().Changes;
    }
}
