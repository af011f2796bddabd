using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>
/// Names tasks that are alike to the scheduler: those of one service and spec version, and one placement, which may change without
/// asking for new tasks. Tasks without a service are alike where they need the same.
/// </summary>
internal readonly record struct GroupKey(string ServiceId, ulong SpecVersion, Placement? Placement, SwarmTask? WithoutService)
{
    public static GroupKey Of(SwarmTask task) =>
        new(task.ServiceId, task.SpecVersion, task.Spec.Placement, task.ServiceId == "" ? task : null);

    public bool Equals(GroupKey other) =>
        SpecVersion == other.SpecVersion && ServiceId == other.ServiceId && Placement == other.Placement && NeedTheSame(WithoutService, other.WithoutService);

    /// <summary>Placements differ seldom, and are long to hash.</summary>
    public override int GetHashCode() => HashCode.Combine(ServiceId, SpecVersion);

    private static bool NeedTheSame(SwarmTask? a, SwarmTask? b) => ReferenceEquals(a, b) ||
        (a!.Spec == b!.Spec && Equals(a.Ports, b.Ports) && PluginFilter.NeedsOf(a).SequenceEqual(PluginFilter.NeedsOf(b)));
}

/// <summary>Tasks of a group that wait for a node.</summary>
internal sealed class TaskGroup
{
    public Dictionary<string, SwarmTask> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>When the group's tasks were last told why they wait.</summary>
    public Timestamp ExplainedAt { get; set; }
}

/// <summary>The tasks that wait for a node, by group, and which of them are worth a try.</summary>
internal sealed class WaitingTasks
{
    private readonly Dictionary<GroupKey, TaskGroup> groups = [];
    private readonly Dictionary<string, Dictionary<string, SwarmTask>> byNode = new(StringComparer.Ordinal);
    private readonly HashSet<GroupKey> tryable = [];
    private readonly HashSet<string> tryableNodes = new(StringComparer.Ordinal);

    /// <summary>Groups that a try may place.</summary>
    public IReadOnlyCollection<GroupKey> Tryable => tryable;

    /// <summary>Nodes for which tasks wait that can have no other, and that may fit now.</summary>
    public IReadOnlyCollection<string> TryableNodes => tryableNodes;

    public TaskGroup GroupOf(GroupKey key) => groups[key];

    public IReadOnlyCollection<SwarmTask> OfNode(string nodeId) => byNode[nodeId].Values;

    /// <summary>Takes a task in, out, or as it has become.</summary>
    public void Put(SwarmTask task)
    {
        if (task.Status.State != TaskState.Pending || task.DesiredState >= TaskState.Shutdown)
            Remove(task);
        else if (task.NodeId == "")
            Wait(task);
        else
            WaitForNode(task);
    }

    public void Remove(SwarmTask task)
    {
        var key = GroupKey.Of(task);
        if (groups.TryGetValue(key, out var group) && group.Tasks.Remove(task.Id) && group.Tasks.Count == 0)
        {
            groups.Remove(key);
            tryable.Remove(key);
        }
        if (task.NodeId != "" && byNode.TryGetValue(task.NodeId, out var tasks) && tasks.Remove(task.Id) && tasks.Count == 0)
        {
            byNode.Remove(task.NodeId);
            tryableNodes.Remove(task.NodeId);
        }
    }

    /// <summary>All groups are worth a try again.</summary>
    public void TryAll() => tryable.UnionWith(groups.Keys);

    public void Try(GroupKey key)
    {
        if (groups.ContainsKey(key))
            tryable.Add(key);
    }

    public void TryNode(string nodeId)
    {
        if (byNode.ContainsKey(nodeId))
            tryableNodes.Add(nodeId);
    }

    /// <summary>A group was tried; it waits until something changes.</summary>
    public void Tried(GroupKey key) => tryable.Remove(key);

    public void TriedNode(string nodeId) => tryableNodes.Remove(nodeId);

    private void Wait(SwarmTask task)
    {
        var key = GroupKey.Of(task);
        if (!groups.TryGetValue(key, out var group))
            groups[key] = group = new();
        // Hearing again of one that waits is no reason for a try.
        if (group.Tasks.TryAdd(task.Id, task))
            tryable.Add(key);
        else
            group.Tasks[task.Id] = task;
    }

    private void WaitForNode(SwarmTask task)
    {
        if (!byNode.TryGetValue(task.NodeId, out var tasks))
            byNode[task.NodeId] = tasks = new(StringComparer.Ordinal);
        if (tasks.TryAdd(task.Id, task))
            tryableNodes.Add(task.NodeId);
        else
            tasks[task.Id] = task;
    }
}
