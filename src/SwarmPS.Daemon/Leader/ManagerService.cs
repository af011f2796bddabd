using System.Net;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>Takes managers into the quorum and out of it. The leader does it; other managers name it.</summary>
internal sealed class ManagerService(RaftNode raft, SwarmStore store, Keyring keyring, TimeProvider clock, ILogger log) : IRpcService
{
    /// <summary>How long a newcomer may take to catch up.</summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(30);

    private static readonly NodeRole[] Managers = [NodeRole.Manager];
    private static readonly NodeRole[] Anyone = [NodeRole.Manager, NodeRole.Worker];

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.UnaryOnLeader(ManagerCalls.Keys, Managers, MessageRules.Nothing, (_, _, stop) => GiveKeysAsync(stop));
        routes.UnaryOnLeader(ManagerCalls.Standing, Anyone, asked => CheckAddress(asked.Address), (caller, request, stop) => StandingAsync(caller.Subject.NodeId, request.Address, stop));
        routes.UnaryOnLeader(ManagerCalls.Join, Managers, asked => CheckAddress(asked.Address), (caller, request, stop) => JoinAsync(caller.Subject.NodeId, request.Address, stop));
        routes.UnaryOnLeader(ManagerCalls.Leave, Anyone, MessageRules.Nothing, (caller, request, stop) => LeaveAsync(caller.Subject.NodeId, request, stop));
    }

    private async Task<KeysAnswer> GiveKeysAsync(CancellationToken stop)
    {
        await raft.ReadBarrierAsync(stop).ConfigureAwait(false);
        var (members, entry) = await raft.MembersAsync(stop).ConfigureAwait(false);
        var state = store.Current;
        return new(
            keyring.Export(),
            members.Select(member => member.ToString()!).Order(StringComparer.Ordinal).ToValueList(),
            entry,
            TermsWatch.Managers(state),
            state.Swarm?.UnlockKey?.Value);
    }

    private async Task<StandingAnswer> StandingAsync(string nodeId, string address, CancellationToken stop)
    {
        var member = RaftAddress.Of(address);
        await raft.ReadBarrierAsync(stop).ConfigureAwait(false);
        var state = store.Current;
        return new(state.Nodes.Find(nodeId)?.CurrentRole ?? NodeRole.Worker, raft.Members.Contains(member), TermsWatch.Managers(state));
    }

    private static void CheckAddress(string address)
    {
        MessageRules.Text(address, MessageRules.AddressMax, "Address");
        if (!IPEndPoint.TryParse(address, out var named) || named.Port is 0 or IPEndPoint.MaxPort || !ReportRules.IsNodeAddress(named.Address.ToString()))
            throw SwarmException.Invalid($"'{address}' is no address that managers can reach: name one of the node's own, as 10.0.0.2:2377, by the advertise address.");
    }

    private async Task<JoinAnswer> JoinAsync(string nodeId, string address, CancellationToken stop)
    {
        var member = RaftAddress.Of(address);
        RequireWanted(nodeId);
        // The address first: a member that no node has is taken out again.
        await store.UpdateAsync(tx => Note(tx, nodeId, address), stop).ConfigureAwait(false);
        using var late = new CancellationTokenSource(JoinMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await raft.AddMemberAsync(member, either.Token, () => RequireWanted(nodeId)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"The manager at {address} did not catch up within {JoinMax.TotalSeconds:0} s. See to it that the leader reaches its port and the one after it, then try again.");
        }
        log.MemberAdded(nodeId, member);
        return new();
    }

    private void RequireWanted(string nodeId)
    {
        if (store.Current.Nodes.Find(nodeId) is not { CurrentRole: NodeRole.Manager, Spec.Role: NodeRole.Manager })
            throw new SwarmException(SwarmErrorCode.PermissionDenied, $"Node {nodeId} is to be a worker, and is not taken into the managers' quorum.");
    }

    private async Task<LeaveAnswer> LeaveAsync(string nodeId, LeaveRequest request, CancellationToken stop)
    {
        if (request.IsRejoining)
        {
            if (store.Current.Nodes.Find(nodeId)?.ManagerStatus?.Addr is { } address)
                await raft.RemoveMemberAsync(RaftAddress.Of(address), stop).ConfigureAwait(false);
            return new();
        }
        await store.UpdateAsync(tx => Demote(tx, nodeId), stop).ConfigureAwait(false);
        await UntilWorkerAsync(nodeId, stop).ConfigureAwait(false);
        return new();
    }

    /// <summary>Waits until a node is out of the quorum. Where that is this one, another leader is to be asked before that.</summary>
    private async Task UntilWorkerAsync(string nodeId, CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Node);
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stop, raft.Leadership);
        try
        {
            while (store.Current.Nodes.Find(nodeId) is { CurrentRole: NodeRole.Manager })
                await feed.NextAsync(term.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new NotLeadingException(RaftAddress.NodeAddress(raft.Leader));
        }
    }

    private static void Note(StoreTransaction tx, string nodeId, string address)
    {
        var node = tx.View.Nodes.Find(nodeId) ?? throw SwarmException.NotFound("node", nodeId);
        var other = tx.View.Nodes.All.FirstOrDefault(taken => taken.Id != nodeId && taken.ManagerStatus?.Addr == address);
        if (other is { CurrentRole: NodeRole.Manager })
        {
            throw new SwarmException(
                SwarmErrorCode.AlreadyExists,
                $"The manager {other.Id} has the address {address} already. Where that is this machine before it was set up anew, demote and remove that node (docker node demote, docker node rm --force; Set-SwarmNode -Role worker, Remove-SwarmNode -Force), then join again.");
        }
        if (other is not null)
            tx.Put(other with { ManagerStatus = null });
        if (node.ManagerStatus?.Addr != address)
            tx.Put(node with { ManagerStatus = new() { Addr = address, Reachability = Reachability.Unknown } });
    }

    private static void Demote(StoreTransaction tx, string nodeId)
    {
        if (tx.View.Nodes.Find(nodeId) is not { CurrentRole: NodeRole.Manager, Spec.Role: NodeRole.Manager } node)
            return;
        ManagerRoles.RequireDemotable(tx.View, node);
        tx.Put(node with { Spec = node.Spec with { Role = NodeRole.Worker } });
    }
}
