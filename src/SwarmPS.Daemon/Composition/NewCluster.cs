using System.Net;
using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>
/// A swarm of one manager, made of the state that this one has, after the others were lost: they become workers, so that they
/// neither lead nor vote where one of them comes back.
/// </summary>
internal sealed class NewCluster(NodeFile node)
{
    /// <summary>This node, at the addresses it has now.</summary>
    public NodeFile Node => node;

    /// <summary>Works out the addresses: those asked for, else those it had. Throws <see cref="SwarmException"/> where one is wrong.</summary>
    public static NewCluster Of(SwarmInitRequest request, NodeFile node)
    {
        // Clients send the defaults where nothing was said.
        var listen = string.IsNullOrEmpty(request.ListenAddr) || request.ListenAddr == "0.0.0.0:2377"
            ? IPEndPoint.Parse(node.ListenAddr)
            : HostAddresses.Parse(request.ListenAddr, IPAddress.Any, HostAddresses.DefaultPort);
        var advertise = HostAddresses.NamedAdvertise(request.AdvertiseAddr, listen)?.ToString() ?? new IPEndPoint(IPEndPoint.Parse(node.AdvertiseAddr).Address, listen.Port).ToString();
        return new(node with { JoinedAfter = null, JoinedTo = null, ListenAddr = listen.ToString(), AdvertiseAddr = advertise });
    }

    /// <summary>What seals the keyring of a manager that runs.</summary>
    public static KeyEncryptionKey? LockedBy(Snapshot? state) => state?.Swarm?.UnlockKey is { } key ? Security.UnlockKey.Seals(key.Value) : null;

    /// <summary>The new swarm's first transaction.</summary>
    public void Found(StoreTransaction store)
    {
        foreach (var other in store.View.Nodes.All)
        {
            if (other.Id == node.NodeId)
                store.Put(other with { Spec = other.Spec with { Role = NodeRole.Manager }, Role = NodeRole.Manager, ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable, Addr = node.AdvertiseAddr } });
            else if (other.Spec.Role is NodeRole.Manager || other.CurrentRole is NodeRole.Manager)
                store.Put(other with { Spec = other.Spec with { Role = NodeRole.Worker }, Role = NodeRole.Worker, SessionRole = NodeRole.Manager, ManagerStatus = null });
        }
    }
}
