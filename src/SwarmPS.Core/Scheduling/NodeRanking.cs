using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>
/// How good a node is for a group's next task, the lowest first: nodes where the group's tasks keep failing come last, then those
/// with more tasks of the service, then those with more tasks.
/// </summary>
internal readonly record struct NodeRank(bool Faulty, int OfService, int Tasks) : IComparable<NodeRank>
{
    public int CompareTo(NodeRank other)
    {
        if (Faulty != other.Faulty)
            return Faulty ? 1 : -1;
        return OfService != other.OfService ? OfService.CompareTo(other.OfService) : Tasks.CompareTo(other.Tasks);
    }
}

/// <summary>Gives the best node for the next task of a group, again and again. The caller places a task on each node it is given.</summary>
internal interface INodeSource
{
    /// <summary>The best node that fits; null where none does any more.</summary>
    NodeLoad? Next();
}

/// <summary>A number of nodes, ranked for a group.</summary>
internal sealed class NodeHeap : INodeSource
{
    private readonly PriorityQueue<NodeLoad, NodeRank> nodes;
    private readonly Func<NodeLoad, NodeRank> rank;
    private readonly TaskFilters filters;
    private NodeLoad? given;

    public NodeHeap(IEnumerable<NodeLoad> nodes, Func<NodeLoad, NodeRank> rank, TaskFilters filters)
    {
        (this.rank, this.filters) = (rank, filters);
        this.nodes = new(nodes.Select(node => (node, rank(node))));
    }

    public NodeLoad? Next()
    {
        // Its rank has changed by the task that it got.
        if (given is not null)
            nodes.Enqueue(given, rank(given));
        given = null;
        while (nodes.TryDequeue(out var node, out _))
        {
            // A node that has no room now gets none while this group is placed, so it does not come back.
            if (filters.HasRoom(node))
                return given = node;
        }
        return null;
    }
}

/// <summary>
/// All nodes, ranked for a group. Nodes without tasks of the service are found in the order that is kept anyway, so that placing a
/// task does not cost more where there are more nodes; only once all of those have one, the others are ranked.
/// </summary>
internal sealed class RankedNodes(NodeLoads loads, TaskFilters filters, SwarmTask sample, Timestamp now) : INodeSource
{
    private readonly IReadOnlyDictionary<NodeLoad, int> ofService = loads.OfService(sample.ServiceId);
    private readonly List<NodeLoad> faulty = [];
    private NodeHeap? rest;
    private int row;
    private int place;

    public NodeLoad? Next()
    {
        // A node that was given has moved to a later row, and the last of its row into its place.
        for (; rest is null && row < loads.ByLoad.Count; row++, place = 0)
        {
            for (; place < loads.ByLoad[row].Count; place++)
            {
                if (Fits(loads.ByLoad[row][place]))
                    return loads.ByLoad[row][place];
            }
        }
        rest ??= new(Others().Where(filters.FitsNode), RankOf, filters);
        return rest.Next();
    }

    /// <summary>How good a node is for the group.</summary>
    internal NodeRank RankOf(NodeLoad node) =>
        new(node.IsFaultyFor(sample, now), OfService().GetValueOrDefault(node), node.ActiveTasks);

    private bool Fits(NodeLoad node)
    {
        if (OfService().ContainsKey(node) || !filters.FitsNode(node) || !filters.HasRoom(node))
            return false;
        if (!node.IsFaultyFor(sample, now))
            return true;
        faulty.Add(node);
        return false;
    }

    private IEnumerable<NodeLoad> Others() => OfService().Keys.Where(node => node.Place >= 0).Concat(faulty);

    /// <summary>The first task of a service makes its counts.</summary>
    private IReadOnlyDictionary<NodeLoad, int> OfService() => ofService.Count > 0 ? ofService : loads.OfService(sample.ServiceId);
}
