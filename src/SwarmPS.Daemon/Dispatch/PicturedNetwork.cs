using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>A task in a network, and its node.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Endpoint">The task as its own node sees it.</param>
internal sealed record PicturedTask(string NodeId, NetworkEndpoint Endpoint);

/// <summary>Who is on a network.</summary>
/// <param name="id">The network.</param>
internal sealed class PicturedNetwork(string id)
{
    private readonly Dictionary<string, int> tasksByNode = new(StringComparer.Ordinal);

    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>The network; null where it is not there.</summary>
    public Network? Network { get; set; }

    /// <summary>The tasks, by id.</summary>
    public SortedDictionary<string, PicturedTask> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>The services, by id.</summary>
    public SortedDictionary<string, NetworkService> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that were told of the network, and not yet that they take no part in it any more.</summary>
    public HashSet<string> Told { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a node takes part: it has tasks here, or the network is the routing mesh's.</summary>
    public bool Has(string nodeId) => Network?.Spec.Ingress == true || tasksByNode.ContainsKey(nodeId);

    /// <summary>Puts a task in its place; false where it was there as it is.</summary>
    public bool Put(PicturedTask task)
    {
        if (Tasks.TryGetValue(task.Endpoint.Task, out var before) && before == task)
            return false;
        Remove(task.Endpoint.Task);
        Tasks[task.Endpoint.Task] = task;
        tasksByNode[task.NodeId] = tasksByNode.GetValueOrDefault(task.NodeId) + 1;
        return true;
    }

    /// <summary>Takes a task away.</summary>
    public void Remove(string taskId)
    {
        if (!Tasks.Remove(taskId, out var task))
            return;
        if (--tasksByNode[task.NodeId] == 0)
            tasksByNode.Remove(task.NodeId);
    }
}
