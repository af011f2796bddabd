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
    private SwarmTask[] tasks = [];

    public SlotKey Key => key;

    /// <summary>Why plans need not look at it.</summary>
    public SlotRest Rest { get; set; }

    /// <summary>Whether an update brought it the task that it rests with.</summary>
    public bool IsUpdated { get; set; }

    /// <summary>The tasks, oldest first.</summary>
    public IReadOnlyList<SwarmTask> Tasks => tasks;

    /// <summary>Tasks that should run, should be ready to run, or, of a job, should complete or have done so.</summary>
    public IEnumerable<SwarmTask> Live => tasks.Where(IsLive);

    public bool HasLive => Array.Exists(tasks, IsLive);

    public SwarmTask Newest => tasks[^1];

    public static bool IsLive(SwarmTask task) => task.DesiredState < TaskState.Shutdown;

    public int CompareTo(Slot? other) => other is null ? 1 : key.CompareTo(other.Key);

    internal void Add(SwarmTask task)
    {
        var at = tasks.Length;
        while (at > 0 && IsNewer(tasks[at - 1], task))
            at--;
        tasks = [.. tasks.AsSpan(0, at), task, .. tasks.AsSpan(at)];
    }

    internal void Put(SwarmTask task)
    {
        var at = Array.FindIndex(tasks, known => known.Id == task.Id);
        if (at < 0)
            Add(task);
        else
            tasks[at] = task;
    }

    internal void Remove(SwarmTask task) => tasks = Array.FindAll(tasks, known => known.Id != task.Id);

    private static bool IsNewer(SwarmTask a, SwarmTask b)
    {
        if (a.CreatedAt != b.CreatedAt)
            return a.CreatedAt > b.CreatedAt;
        return b.Restart?.Replaces != a.Id && (a.Restart?.Replaces == b.Id || string.CompareOrdinal(a.Id, b.Id) > 0);
    }
}
