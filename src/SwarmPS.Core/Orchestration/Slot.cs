using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>Names a slot: a number, or a node for a global service.</summary>
internal readonly record struct SlotKey(ulong Number, string NodeId) : IComparable<SlotKey>
{
    /// <summary>The slot of a task. Those of a replicated job count from 0, where a global service has its nodes.</summary>
    public static SlotKey Of(SwarmTask task, ServiceMode? mode) => new(task.Slot, task.Slot == 0 && mode?.ReplicatedJob is null ? task.NodeId : "");

    public int CompareTo(SlotKey other) =>
        Number != other.Number ? Number.CompareTo(other.Number) : string.CompareOrdinal(NodeId, other.NodeId);
}

/// <summary>The place of one replica, with the task that fills it and those that did before.</summary>
internal sealed class Slot(SlotKey key) : IComparable<Slot>
{
    private readonly List<SwarmTask> tasks = [];

    public SlotKey Key => key;

    /// <summary>The tasks, oldest first.</summary>
    public IReadOnlyList<SwarmTask> Tasks => tasks;

    /// <summary>Tasks that should run, should be ready to run, or, of a job, should complete or have done so.</summary>
    public IEnumerable<SwarmTask> Live => tasks.Where(IsLive);

    public bool HasLive => tasks.Exists(IsLive);

    public SwarmTask Newest => tasks[^1];

    public static bool IsLive(SwarmTask task) => task.DesiredState < TaskState.Shutdown;

    public int CompareTo(Slot? other) => other is null ? 1 : key.CompareTo(other.Key);

    internal void Add(SwarmTask task)
    {
        var at = tasks.Count;
        while (at > 0 && IsNewer(tasks[at - 1], task))
            at--;
        tasks.Insert(at, task);
    }

    internal void Put(SwarmTask task)
    {
        var at = tasks.FindIndex(known => known.Id == task.Id);
        if (at < 0)
            Add(task);
        else
            tasks[at] = task;
    }

    internal void Remove(SwarmTask task) => tasks.RemoveAll(known => known.Id == task.Id);

    private static bool IsNewer(SwarmTask a, SwarmTask b)
    {
        if (a.CreatedAt != b.CreatedAt)
            return a.CreatedAt > b.CreatedAt;
        return b.Restart?.Replaces != a.Id && (a.Restart?.Replaces == b.Id || string.CompareOrdinal(a.Id, b.Id) > 0);
    }
}
