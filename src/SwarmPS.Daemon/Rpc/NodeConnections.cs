using Microsoft.AspNetCore.Connections;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Rpc;

/// <summary>The connections that nodes hold, so that a removed node's are broken at once.</summary>
internal sealed class NodeConnections(SwarmStore store, NodeAdmission admission)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<ConnectionContext>> open = [];

    /// <summary>Holds a connection for as long as it is served.</summary>
    public async Task ServeAsync(ConnectionContext connection, NodePeer peer, ConnectionDelegate next)
    {
        connection.Features.Set(peer);
        if (peer.Subject is not { NodeId: var nodeId })
        {
            await next(connection).ConfigureAwait(false);
            return;
        }
        lock (gate)
        {
            if (!open.TryGetValue(nodeId, out var held))
                open.Add(nodeId, held = []);
            held.Add(connection);
        }
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                if (open.TryGetValue(nodeId, out var held) && held.Remove(connection) && held.Count == 0)
                    open.Remove(nodeId);
            }
        }
    }

    /// <summary>Breaks the connections of nodes that are removed, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Node);
        while (true)
        {
            var batch = await feed.NextAsync(stop).ConfigureAwait(false);
            if (batch.Resync)
                Drop(Held().Where(admission.IsRemoved));
            Drop(batch.Changes.Where(change => change.New is null).Select(change => change.Object.Id));
        }
    }

    /// <summary>Breaks all connections of some nodes, as after a change of their role.</summary>
    public void Drop(IEnumerable<string> nodeIds)
    {
        List<ConnectionContext> broken = [];
        lock (gate)
        {
            foreach (var nodeId in nodeIds)
                broken.AddRange(open.GetValueOrDefault(nodeId) ?? []);
        }
        broken.ForEach(connection => connection.Abort(new ConnectionAbortedException("The node was removed from the swarm.")));
    }

    private List<string> Held()
    {
        lock (gate)
            return [.. open.Keys];
    }
}
