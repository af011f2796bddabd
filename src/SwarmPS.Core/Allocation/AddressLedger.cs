using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Allocation;

/// <summary>
/// Who has which address in the swarm's networks, and on which nodes each network has tasks. It is read off the store's objects and
/// kept up with their changes; nothing is written down twice, so nothing can be lost.
/// </summary>
internal sealed class AddressLedger
{
    private readonly Dictionary<string, AddressPool> pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<Holding>> held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> placed = new(StringComparer.Ordinal);
    private readonly Dictionary<(string NetworkId, string NodeId), int> tasks = [];

    /// <summary>The networks and nodes whose last task has gone, or whose network has.</summary>
    public HashSet<(string NetworkId, string NodeId)> Idle { get; } = [];

    /// <summary>The pool of a network; null where there is none.</summary>
    public AddressPool? PoolOf(string networkId) => pools.GetValueOrDefault(networkId);

    /// <summary>Whether a network has tasks on a node.</summary>
    public bool HasTasks(string networkId, string nodeId) => tasks.ContainsKey((networkId, nodeId));

    /// <summary>Takes notice of a change; true where an address may have become free. To hear of the same one twice does no harm.</summary>
    public bool Observe(ObjectChange change) => change.Kind switch
    {
        ObjectKind.Network => Observe(change.New as Network, change.Object.Id),
        ObjectKind.Service or ObjectKind.Node or ObjectKind.Task => Observe(change.New, change.Object.Id),
        _ => false,
    };

    private bool Observe(Network? network, string id)
    {
        if (network is null)
        {
            pools.Remove(id);
            foreach (var (nodeId, holdings) in held)
                MarkIdle(nodeId, holdings.Where(holding => holding.NetworkId == id));
            return false;
        }
        if (pools.ContainsKey(id) || AddressPool.Of(network) is not { } pool)
            return false;
        pools[id] = pool;
        return true;
    }

    private bool Observe(StoreObject? item, string id)
    {
        var holdings = Holding.Of(item);
        held.Remove(id, out var before);
        foreach (var (networkId, address) in before ?? [])
            PoolOf(networkId)?.Release(address, id);
        foreach (var (networkId, address) in holdings)
            PoolOf(networkId)?.Hold(address, id);
        if (holdings.Count > 0)
            held[id] = holdings;
        if (item is SwarmTask || placed.ContainsKey(id))
            Place(item as SwarmTask, id, before ?? [], holdings);
        return before is not null && !before.SequenceEqual(holdings);
    }

    /// <summary>Counts the tasks of a node, and those that have no node yet.</summary>
    private void Place(SwarmTask? task, string id, IReadOnlyList<Holding> before, IReadOnlyList<Holding> now)
    {
        var nodeId = task is { NodeId.Length: > 0, Status.State: >= TaskState.Assigned } && now.Count > 0 ? task.NodeId : null;
        foreach (var holding in before)
            PoolOf(holding.NetworkId)?.Unplaced(id, waits: false);
        if (placed.Remove(id, out var old))
            Count(before, old, -1);
        if (nodeId is not null)
        {
            placed[id] = nodeId;
            Count(now, nodeId, 1);
            return;
        }
        foreach (var holding in now)
            PoolOf(holding.NetworkId)?.Unplaced(id, waits: true);
    }

    private void Count(IReadOnlyList<Holding> holdings, string nodeId, int by)
    {
        foreach (var holding in holdings)
        {
            var key = (holding.NetworkId, nodeId);
            var count = tasks.GetValueOrDefault(key) + by;
            if (count > 0)
                tasks[key] = count;
            else if (tasks.Remove(key))
                Idle.Add(key);
        }
    }

    private void MarkIdle(string nodeId, IEnumerable<Holding> holdings) => Idle.UnionWith(holdings.Select(holding => (holding.NetworkId, nodeId)));
}
