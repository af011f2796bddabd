using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>
/// All nodes with their load. It follows changes one by one, each at a cost that does not grow with the number of tasks or nodes,
/// and hearing of the same change twice does no harm.
/// </summary>
internal sealed class NodeLoads(int capacity)
{
    private static readonly IReadOnlyDictionary<NodeLoad, int> NoNodes = new Dictionary<NodeLoad, int>();

    private readonly Dictionary<string, NodeLoad> nodes = new(capacity, StringComparer.Ordinal);
    private readonly Dictionary<string, SwarmTask> counted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<NodeLoad, int>> byService = new(StringComparer.Ordinal);
    private readonly List<List<NodeLoad>> byLoad = [];

    public IReadOnlyCollection<NodeLoad> All => nodes.Values;

    /// <summary>Nodes that take tasks, by the number of tasks they have.</summary>
    public IReadOnlyList<IReadOnlyList<NodeLoad>> ByLoad => byLoad;

    public NodeLoad? Find(string nodeId) => nodes.GetValueOrDefault(nodeId);

    /// <summary>The nodes that should run tasks of a service, with how many.</summary>
    public IReadOnlyDictionary<NodeLoad, int> OfService(string serviceId) =>
        byService.TryGetValue(serviceId, out var found) ? found : NoNodes;

    public void Put(Node node)
    {
        if (nodes.TryGetValue(node.Id, out var load))
            load.Node = node;
        else
            nodes[node.Id] = load = new(node);
        if (ReadyFilter.TakesTasks(node) != load.Place >= 0)
        {
            if (load.Place >= 0)
                Unlist(load, load.ActiveTasks);
            else
                List(load);
        }
    }

    /// <summary>Forgets a node and what its tasks took.</summary>
    public void Remove(Node node)
    {
        if (!nodes.Remove(node.Id, out var load))
            return;
        foreach (var task in counted.Values.Where(task => task.NodeId == node.Id).ToList())
            Uncount(task, load);
        if (load.Place >= 0)
            Unlist(load, load.ActiveTasks);
    }

    /// <summary>Counts a task as it is now; true where something became free by it.</summary>
    public bool Put(SwarmTask task)
    {
        if (counted.TryGetValue(task.Id, out var known) && known.NodeId == task.NodeId && known.DesiredState == task.DesiredState && Takes(task))
        {
            // It only came further, which takes no more and no less; most changes are of this kind.
            counted[task.Id] = task;
            return false;
        }
        var freed = Remove(task.Id, out var before);
        if (!Takes(task) || Find(task.NodeId) is not { } load)
            return freed;
        var tasks = load.ActiveTasks;
        load.Take(task);
        Move(load, tasks);
        counted[task.Id] = task;
        if (task.DesiredState < TaskState.Shutdown && task.ServiceId != "")
            Count(task.ServiceId, load, 1);
        return freed && before!.DesiredState != task.DesiredState;
    }

    /// <summary>Counts a task no more; true where something became free by it.</summary>
    public bool Remove(string taskId) => Remove(taskId, out _);

    /// <summary>Whether a task is the node's to look after, and has not stopped.</summary>
    private static bool Takes(SwarmTask task) =>
        task.NodeId != "" && task.Status.State is >= TaskState.Assigned and <= TaskState.Running;

    private bool Remove(string taskId, out SwarmTask? before)
    {
        if (!counted.TryGetValue(taskId, out before) || Find(before.NodeId) is not { } load)
            return false;
        Uncount(before, load);
        return true;
    }

    private void Uncount(SwarmTask task, NodeLoad load)
    {
        counted.Remove(task.Id);
        var tasks = load.ActiveTasks;
        load.Release(task);
        Move(load, tasks);
        if (task.DesiredState < TaskState.Shutdown && task.ServiceId != "")
            Count(task.ServiceId, load, -1);
    }

    private void Count(string serviceId, NodeLoad load, int change)
    {
        if (!byService.TryGetValue(serviceId, out var counts))
            byService[serviceId] = counts = [];
        var count = counts.GetValueOrDefault(load) + change;
        if (count > 0)
            counts[load] = count;
        else if (counts.Remove(load) && counts.Count == 0)
            byService.Remove(serviceId);
    }

    private void Move(NodeLoad load, int tasksBefore)
    {
        if (load.Place < 0 || load.ActiveTasks == tasksBefore)
            return;
        Unlist(load, tasksBefore);
        List(load);
    }

    private void List(NodeLoad load)
    {
        while (byLoad.Count <= load.ActiveTasks)
            byLoad.Add([]);
        load.Place = byLoad[load.ActiveTasks].Count;
        byLoad[load.ActiveTasks].Add(load);
    }

    /// <summary>The last one of the row takes the place that becomes free.</summary>
    private void Unlist(NodeLoad load, int tasks)
    {
        var row = byLoad[tasks];
        var last = row[^1];
        (row[load.Place], last.Place) = (last, load.Place);
        row.RemoveAt(row.Count - 1);
        load.Place = -1;
    }
}
