using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking;

/// <summary>Which of a node's own tasks are where.</summary>
internal static class NodeTasks
{
    /// <summary>The networks of each task on this node, in the record's order.</summary>
    public static ILookup<string, NodeNetwork> Networks(IEnumerable<NodeNetwork> networks) =>
        networks.SelectMany(network => network.Endpoints.Where(endpoint => endpoint.DataPath.Length == 0).Select(endpoint => (endpoint.Task, network)))
            .ToLookup(pair => pair.Task, pair => pair.network);
}
