using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>
/// A swarm made again of a backup: this node takes the place of the manager that made it, under that one's id, so that its containers
/// are taken up again. The other managers are no members of the new quorum and have to join anew; workers come back by themselves
/// where they find a manager at an address they know.
/// </summary>
internal sealed record SwarmRestoring(NodeFile Node, IReadOnlyList<StoreObject> Objects, KeyEncryptionKey? LockedBy)
{
    /// <summary>Makes the manager's certificate and keyring, and writes them. Throws <see cref="SwarmException"/> where that cannot be.</summary>
    public static SwarmRestoring Create(SwarmRestoreRequest request, string nodeId, IReadOnlyList<StoreObject> objects, SwarmDirectory directory, TimeProvider clock)
    {
        var swarm = objects.OfType<SwarmObject>().Single();
        var node = SwarmFounding.NodeOf(request.ListenAddr, request.AdvertiseAddr, request.DataPathAddr) with { NodeId = nodeId, SwarmId = swarm.Id };
        using var root = RootCa.Of(swarm) ?? throw new SwarmException(
            SwarmErrorCode.FailedPrecondition,
            "The backup has no key of the swarm's root certificate: an outside authority signs for the swarm, and restoring such a one is not supported. Make a new swarm and create its services anew.");
        var lockedBy = swarm.UnlockKey is { } key ? UnlockKey.Seals(key.Value) : null;
        SwarmFounding.Equip(node, root, swarm.Spec, lockedBy, directory, clock);
        return new(node, objects, lockedBy);
    }

    /// <summary>Puts all that was backed up into the store, but for the managers that are no members any more.</summary>
    public void Fill(StoreTransaction store)
    {
        var lost = Objects.OfType<Node>().Where(node => (node.Spec.Role is NodeRole.Manager || node.CurrentRole is NodeRole.Manager) && node.Id != Node.NodeId).ToList();
        foreach (var kept in Objects.Except(lost))
        {
            store.Put(kept switch
            {
                Node self when self.Id == Node.NodeId => Leading(self),
                SwarmObject swarm => RemovedNodes.Remember(swarm, lost.Select(node => node.Id), store.Now),
                _ => kept,
            });
        }
    }

    private Node Leading(Node self) => self with
    {
        Spec = self.Spec with { Role = NodeRole.Manager },
        Role = NodeRole.Manager,
        ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable, Addr = Node.AdvertiseAddr },
    };
}
