using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which nodes a list shows.</summary>
internal static class NodeQuery
{
    /// <summary>The nodes that fit, by host name.</summary>
    public static IEnumerable<Node> List(Snapshot state, string? filtersJson)
    {
        var filters = ListFilters.Parse(filtersJson, "name", "id", "label", "node.label", "role", "membership");
        var roles = filters.Words<NodeRole>("role");
        if (filters.Of("membership").FirstOrDefault(word => word is not ("accepted" or "pending")) is { } unknown)
            throw SwarmException.Invalid($"invalid membership filter '{unknown}': it is one of accepted, pending");
        return state.Nodes.All
            .Where(node =>
                filters.Begins("name", node.Description?.Hostname) &&
                filters.Begins("id", node.Id) &&
                filters.HasLabels("label", node.Description?.Engine?.Labels) &&
                filters.HasLabels("node.label", node.Spec.Labels) &&
                (roles.Count == 0 || roles.Contains(node.Spec.Role ?? NodeRole.Worker)) &&
                // Every node of the store was let in; none waits for it.
                filters.Is("membership", "accepted"))
            .OrderBy(node => node.Description?.Hostname, StringComparer.Ordinal).ThenBy(node => node.Id, StringComparer.Ordinal);
    }
}
