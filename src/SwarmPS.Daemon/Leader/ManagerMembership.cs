using System.Net;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// What a leader has to do so that the nodes' roles, the quorum's members and the nodes' statuses come to what is wanted. Pure.
/// A promotion is granted first, by which the node gets a manager's certificate and asks to be taken in. A demotion is granted last, when
/// the node is out of the quorum; only when the node has shown its worker's certificate, it may be promoted again.
/// </summary>
internal static class ManagerMembership
{
    /// <summary>The status of a node that was demoted, until it has come as a worker.</summary>
    public const string BecomesWorker = "The node becomes a worker.";

    /// <summary>The plan for a state and the members that there are.</summary>
    /// <param name="state">The state.</param>
    /// <param name="members">The quorum's members, by the log's addresses, and whether each is heard from.</param>
    /// <param name="leader">The member that leads: this one.</param>
    public static ManagerPlan Plan(Snapshot state, IReadOnlyDictionary<EndPoint, bool> members, EndPoint leader)
    {
        List<Departure> departures = [];
        List<StoreChange> changes = [];
        HashSet<EndPoint> known = [];
        foreach (var node in state.Nodes.All.OrderBy(node => node.Id, StringComparer.Ordinal))
        {
            var member = node.ManagerStatus?.Addr is { } address ? RaftAddress.Of(address) : null;
            if (member is not null)
                known.Add(member);
            var next = Next(node, member, members, leader);
            if (next != node)
                changes.Add(StoreChange.Put(next));
            if (IsLeaving(node))
                departures.Add(new(node.Id, member));
        }
        departures.AddRange(members.Keys.Where(member => !known.Contains(member) && !member.Equals(leader)).Select(member => new Departure(null, member)));
        var mayHandOver = MayHandOver(members, leader);
        return new(
            [.. departures.Where(one => !leader.Equals(one.Member)).OrderBy(one => one.Member is not null && members.GetValueOrDefault(one.Member))],
            mayHandOver && (!members.ContainsKey(leader) || departures.Exists(one => leader.Equals(one.Member))),
            changes);
    }

    /// <summary>A demoted node when it is out of the quorum; null where it is demoted no more, or is a worker already.</summary>
    public static Node? Demoted(Node? node) => node is null or { CurrentRole: NodeRole.Worker, ManagerStatus: null } ? null : node with
    {
        Role = NodeRole.Worker,
        ManagerStatus = null,
        Status = node is { SessionRole: NodeRole.Manager, Status.State: NodeState.Ready } ? node.Status with { State = NodeState.Unknown, Message = BecomesWorker, Unapplied = null } : node.Status,
    };

    /// <summary>Whether a node is to leave the quorum, and has not certainly left; one that was removed is.</summary>
    public static bool IsLeaving(Node? node) => node is null or { CurrentRole: NodeRole.Worker, ManagerStatus: not null } or ({ CurrentRole: NodeRole.Manager } and not { Spec.Role: NodeRole.Manager });

    /// <summary>Whether the managers that stay are a quorum without a manager too, as far as they are heard from.</summary>
    public static bool MayLose(Snapshot state, Node manager)
    {
        var left = state.Nodes.All.Where(node => node.Id != manager.Id && node is { ManagerStatus: not null, Spec.Role: NodeRole.Manager }).ToList();
        return left.Count(node => node.ManagerStatus!.Reachability is Reachability.Reachable) > left.Count / 2;
    }

    /// <summary>Whether a majority of the members goes on without the one that leads, and can elect another.</summary>
    private static bool MayHandOver(IReadOnlyDictionary<EndPoint, bool> members, EndPoint leader)
    {
        var others = members.Where(member => !member.Key.Equals(leader)).ToList();
        return others.Count(member => member.Value) > others.Count / 2;
    }

    private static Node Next(Node node, EndPoint? member, IReadOnlyDictionary<EndPoint, bool> members, EndPoint leader) => node switch
    {
        { CurrentRole: NodeRole.Worker, Spec.Role: NodeRole.Manager, ManagerStatus: null } and not { SessionRole: NodeRole.Manager } => node with { Role = NodeRole.Manager },
        { CurrentRole: NodeRole.Manager, ManagerStatus: { } status } when member is not null => node with { ManagerStatus = Status(status, member, members, leader) },
        _ => node,
    };

    /// <summary>A manager that is about to be taken in has an address, and is not reached yet.</summary>
    private static ManagerStatus Status(ManagerStatus status, EndPoint member, IReadOnlyDictionary<EndPoint, bool> members, EndPoint leader) => status with
    {
        Leader = member.Equals(leader) ? true : null,
        Reachability = member.Equals(leader) || members.GetValueOrDefault(member) ? Reachability.Reachable : Reachability.Unreachable,
    };
}

/// <summary>What is to be done about the quorum.</summary>
/// <param name="Departures">Who has to leave it, in this order, one at a time; never the leader.</param>
/// <param name="HandOver">Whether the leader has to leave, and others may lead in its place.</param>
/// <param name="Changes">The nodes' statuses, and promotions that are granted.</param>
internal sealed record ManagerPlan(IReadOnlyList<Departure> Departures, bool HandOver, IReadOnlyList<StoreChange> Changes);

/// <summary>A manager that has to leave the quorum.</summary>
/// <param name="NodeId">The node; null for a member that no node has.</param>
/// <param name="Member">Its address as a member; null for one that was never taken in.</param>
internal sealed record Departure(string? NodeId, EndPoint? Member);
