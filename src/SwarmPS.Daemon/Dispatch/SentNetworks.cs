using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What one node has been told of its networks, and what it still has to be told.</summary>
/// <param name="nodeId">The node.</param>
/// <param name="picture">The networks of all nodes.</param>
internal sealed class SentNetworks(string nodeId, NetworkPicture picture)
{
    private readonly Dictionary<string, NodeNetwork> sent = new(StringComparer.Ordinal);
    private ValueList<MeshPort> ports = [];
    private TunnelKeyRing keys = TunnelKeyRing.Empty;

    /// <summary>The message, with networks that the node has not been told of as they are now; all of them where it is complete.</summary>
    /// <param name="next">The message.</param>
    /// <param name="changed">Networks that may have changed.</param>
    public Assignments Tell(Assignments next, IReadOnlyCollection<string> changed)
    {
        if (next.Complete)
        {
            sent.Clear();
            (ports, keys) = ([], TunnelKeyRing.Empty);
            changed = picture.NetworksOf(nodeId);
        }
        List<NodeNetwork> networks = [];
        List<string> removed = [];
        foreach (var id in changed)
        {
            if (picture.Find(id, nodeId) is not { } network)
            {
                if (sent.Remove(id))
                    removed.Add(id);
            }
            else if (sent.GetValueOrDefault(id) != network)
            {
                sent[id] = network;
                networks.Add(network);
            }
        }
        var mesh = picture.Ports;
        var told = mesh.Equals(ports) && !next.Complete ? null : mesh;
        ports = mesh;
        // Only nodes that take part in an encrypted network have its keys.
        var ring = sent.Values.Any(network => network.Encrypted) ? picture.Keys ?? TunnelKeyRing.Empty : TunnelKeyRing.Empty;
        var anew = ring == keys ? null : ring;
        keys = ring;
        return next with { Networks = networks, RemovedNetworks = removed, MeshPorts = told, TunnelKeys = anew };
    }
}
