using System.Collections.Immutable;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

/// <summary>What a leader answers other nodes, as <c>ManagerService</c>, <c>CertificateService</c> and the dispatcher do.</summary>
internal sealed class LeaderCalls(MembershipNode caller, bool callerIsManager, MembershipNode leader, SimCall call)
{
    private readonly RaftModel raft = leader.Raft!;

    public MembershipNode Leader => leader;

    private Node? Caller => raft.State.Nodes.Find(caller.Name);

    /// <summary>The managers that nodes are told of.</summary>
    public static ImmutableSortedSet<int> Managers(Snapshot state) =>
        [.. state.Nodes.All.Where(node => node is { CurrentRole: NodeRole.Manager, ManagerStatus.Addr: not null }).Select(node => MembershipNode.NumberOf(node.Id))];

    /// <summary>Lets a caller in; one that is removed is told so only by a leader that certainly leads.</summary>
    public async Task AdmitAsync(bool managersOnly = false)
    {
        if (Caller is null)
            await raft.BarrierAsync(() => call.IsCancelled).ConfigureAwait(false);
        if (Caller is not { } node)
            throw new SwarmException(SwarmErrorCode.NotFound, "removed");
        if (managersOnly && !(callerIsManager && node.CurrentRole is NodeRole.Manager))
            throw new SwarmException(SwarmErrorCode.PermissionDenied, "a worker");
    }

    public async Task<(NodeRole Wanted, ImmutableSortedSet<int> Managers)> OpenSessionAsync()
    {
        await AdmitAsync().ConfigureAwait(false);
        var role = callerIsManager ? NodeRole.Manager : NodeRole.Worker;
        await raft.UpdateAsync(
            state => state.Nodes.Find(caller.Name) is { } node && (node.SessionRole != role || node.Status.State is not NodeState.Ready)
                ? [StoreChange.Put(node with { SessionRole = role, Status = new() { State = NodeState.Ready } })]
                : [],
            () => call.IsCancelled).ConfigureAwait(false);
        return (Caller?.CurrentRole ?? NodeRole.Worker, Managers(raft.State));
    }

    public async Task<NodeRole> RenewAsync()
    {
        await AdmitAsync().ConfigureAwait(false);
        if (!leader.World.Mutations.AnswersWithoutBarrier)
            await raft.BarrierAsync(() => call.IsCancelled).ConfigureAwait(false);
        return Caller?.CurrentRole ?? NodeRole.Worker;
    }

    public async Task<(long LastEntry, ImmutableSortedSet<int> Managers, ImmutableSortedSet<int> Members, long Version)> GiveKeysAsync()
    {
        await AdmitAsync(managersOnly: true).ConfigureAwait(false);
        await raft.BarrierAsync(() => call.IsCancelled).ConfigureAwait(false);
        return (raft.Disk.Last, Managers(raft.State), raft.Known, raft.Disk.MembersVersion);
    }

    public async Task<(SeatStep Step, ImmutableSortedSet<int> Managers)> TellStandingAsync()
    {
        await AdmitAsync().ConfigureAwait(false);
        if (!leader.World.Mutations.AnswersWithoutBarrier)
            await raft.BarrierAsync(() => call.IsCancelled).ConfigureAwait(false);
        return (QuorumSeat.Decide(Caller?.CurrentRole ?? NodeRole.Worker, raft.Known.Contains(caller.Id)), Managers(raft.State));
    }

    public async Task<bool> JoinAsync()
    {
        await AdmitAsync(managersOnly: true).ConfigureAwait(false);
        RequireWanted();
        var address = MembershipNode.AddressOf(caller.Id);
        await raft.UpdateAsync(
            state => state.Nodes.Find(caller.Name) is { } node && node.ManagerStatus?.Addr != address
                ? [StoreChange.Put(node with { ManagerStatus = new() { Addr = address, Reachability = Reachability.Unknown } })]
                : [],
            () => call.IsCancelled).ConfigureAwait(false);
        var late = leader.World.Now + 30;
        await raft.AddAsync(caller.Id, () => call.IsCancelled || leader.World.Now >= late, RequireWanted).ConfigureAwait(false);
        return true;
    }

    public async Task<bool> LeaveAsync(bool isRejoining)
    {
        await AdmitAsync().ConfigureAwait(false);
        if (isRejoining)
        {
            if (Caller?.ManagerStatus?.Addr is not null)
                await raft.RemoveAsync(caller.Id, () => call.IsCancelled).ConfigureAwait(false);
            return true;
        }
        await raft.UpdateAsync(state => MembershipUsers.Demote(state, caller.Name), () => call.IsCancelled).ConfigureAwait(false);
        await leader.World.UntilAsync(raft.Life, () => Caller is not { CurrentRole: NodeRole.Manager } || !raft.IsLeader || call.IsCancelled).ConfigureAwait(false);
        return Caller is { CurrentRole: NodeRole.Manager } ? throw raft.NotLeading : true;
    }

    private void RequireWanted()
    {
        if (Caller is not { CurrentRole: NodeRole.Manager, Spec.Role: NodeRole.Manager })
            throw new SwarmException(SwarmErrorCode.PermissionDenied, "is to be a worker");
    }
}
