using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>The filters that matter to a group of equal tasks.</summary>
internal sealed class TaskFilters
{
    private readonly NodeFilter[] all;
    private readonly NodeFilter[] byNode;
    private readonly NodeFilter[] byLoad;

    private TaskFilters(IEnumerable<NodeFilter?> filters)
    {
        all = filters.OfType<NodeFilter>().ToArray();
        byNode = Array.FindAll(all, filter => !filter.DependsOnLoad);
        byLoad = Array.FindAll(all, filter => filter.DependsOnLoad);
    }

    public static TaskFilters For(SwarmTask task, NodeLoads loads) => new(
    [
        ReadyFilter.Instance, DataPlaneFilter.For(task), ResourceFilter.For(task), PluginFilter.For(task), ConstraintFilter.For(task), PlatformFilter.For(task),
        HostPortFilter.For(task), MaxReplicasFilter.For(task, loads),
    ]);

    /// <summary>Whether a node fits whatever else it has to do.</summary>
    public bool FitsNode(NodeLoad load) => Fits(byNode, load);

    /// <summary>Whether a node that fits has room, too.</summary>
    public bool HasRoom(NodeLoad load) => Fits(byLoad, load);

    /// <summary>Why none of these nodes fits, with counts, most common first.</summary>
    public string Explain(IEnumerable<NodeLoad> loads)
    {
        var counts = new Dictionary<Refusal, int>();
        foreach (var load in loads)
        {
            if (Refuse(load) is { } refusal)
                counts[refusal] = counts.GetValueOrDefault(refusal) + 1;
        }
        var reasons = counts
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.OfOne, StringComparer.Ordinal)
            .Select(entry => entry.Key.Of(entry.Value));
        return $"no suitable node ({(counts.Count == 0 ? "there are no nodes" : string.Join("; ", reasons))})";
    }

    private Refusal? Refuse(NodeLoad load)
    {
        foreach (var filter in all)
        {
            if (filter.Check(load) is { } refusal)
                return refusal;
        }
        return null;
    }

    private static bool Fits(NodeFilter[] filters, NodeLoad load)
    {
        foreach (var filter in filters)
        {
            if (filter.Check(load) is not null)
                return false;
        }
        return true;
    }
}
