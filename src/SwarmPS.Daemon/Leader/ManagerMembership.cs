using System.Net;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>Which members the quorum has too many, and what the nodes' statuses have to say of it. Pure.</summary>
internal static class ManagerMembership
{
    /// <summary>Brings members and statuses together: who was demoted or removed is taken out, who is out has no status.</summary>
    /// <param name="state">The state.</param>
    /// <param name="members">The quorum's members, by the log's addresses, and whether each is heard from.</param>
    /// <param name="leader">The member that leads: this one.</param>
    public static ManagerPlan Plan(Snapshot state, IReadOnlyDictionary<EndPoint, bool> members, EndPoint leader)
    {
        List<EndPoint> remove = [];
        List<StoreChange> changes = [];
        HashSet<EndPoint> known = [];
        foreach (var node in state.Nodes.All.Where(node => node.ManagerStatus is { Addr: not null }).OrderBy(node => node.Id, StringComparer.Ordinal))
        {
            var address = RaftAddress.Of(node.ManagerStatus!.Addr!);
            known.Add(address);
            var status = members.TryGetValue(address, out var reached) ? Status(node, address.Equals(leader), reached) : Absent(node);
            if (node.Spec.Role is not NodeRole.Manager && members.ContainsKey(address))
                remove.Add(address);
            if (status != node.ManagerStatus)
                changes.Add(StoreChange.Put(node with { ManagerStatus = status }));
        }
        remove.AddRange(members.Keys.Where(member => !known.Contains(member) && !member.Equals(leader)));
        return new(remove, changes);
    }

    /// <summary>Whether the others are still a quorum without a manager, as far as they are heard from.</summary>
    public static bool MayLose(Snapshot state, Node manager)
    {
        var members = state.Nodes.All.Where(node => node.ManagerStatus is not null).ToList();
        var left = members.Where(node => node.Id != manager.Id).ToList();
        return left.Count(node => node.ManagerStatus!.Reachability is Reachability.Reachable) >= ((members.Count - 1) / 2) + 1;
    }

    private static ManagerStatus Status(Node node, bool leads, bool reached) => node.ManagerStatus! with
    {
        Leader = leads ? true : null,
        Reachability = leads || reached ? Reachability.Reachable : Reachability.Unreachable,
    };

    /// <summary>A manager that is about to be taken in has an address, and is not reached yet.</summary>
    private static ManagerStatus? Absent(Node node) =>
        node.Spec.Role is NodeRole.Manager ? node.ManagerStatus! with { Leader = null, Reachability = Reachability.Unreachable } : null;
}

/// <summary>What is to be done about the quorum.</summary>
/// <param name="Remove">Members to take out, by the log's addresses.</param>
/// <param name="Changes">The nodes' statuses.</param>
internal sealed record ManagerPlan(IReadOnlyList<EndPoint> Remove, IReadOnlyList<StoreChange> Changes);
