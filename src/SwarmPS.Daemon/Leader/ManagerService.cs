using System.Net;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>Takes managers into the quorum and out of it. The leader does it; other managers name it.</summary>
internal sealed class ManagerService(RaftNode raft, SwarmStore store, Keyring keyring, TimeProvider clock, ILogger log) : IRpcService
{
    /// <summary>How long a newcomer may take to catch up.</summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(30);

    private static readonly NodeRole[] Managers = [NodeRole.Manager];

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.UnaryOnLeader(ManagerCalls.Keys, Managers, (_, _, _) => Task.FromResult(new KeysAnswer(keyring.Export())));
        routes.UnaryOnLeader(ManagerCalls.Join, Managers, (caller, request, stop) => JoinAsync(caller.Subject.NodeId, request.Address, stop));
        routes.UnaryOnLeader(ManagerCalls.Leave, [NodeRole.Manager, NodeRole.Worker], (caller, request, stop) => LeaveAsync(caller.Subject.NodeId, request, stop));
    }

    private async Task<JoinAnswer> JoinAsync(string nodeId, string address, CancellationToken stop)
    {
        if (!IPEndPoint.TryParse(address, out var named) || named.Port is 0 or IPEndPoint.MaxPort || named.Address.Equals(IPAddress.Any) || named.Address.Equals(IPAddress.IPv6Any))
            throw SwarmException.Invalid($"'{address}' is no address that managers can reach: name one of the node's own, as 10.0.0.2:2377, by the advertise address.");
        var member = RaftAddress.Of(address);
        // The address first: a member that no node has is taken out again.
        await store.UpdateAsync(tx => Note(tx, nodeId, address), stop).ConfigureAwait(false);
        using var late = new CancellationTokenSource(JoinMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await raft.AddMemberAsync(member, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"The manager at {address} did not catch up within {JoinMax.TotalSeconds:0} s. See to it that the leader reaches its ports {named.Port} and {named.Port + 1}, then try again.");
        }
        log.MemberAdded(nodeId, member);
        return new();
    }

    private async Task<LeaveAnswer> LeaveAsync(string nodeId, LeaveRequest request, CancellationToken stop)
    {
        var (stays, member) = await store.UpdateAsync(
            tx => request.OnlyIfDemoted && tx.View.Nodes.Find(nodeId) is { Spec.Role: NodeRole.Manager } ? (true, null)
                : (false, request.IsRejoining ? tx.View.Nodes.Find(nodeId)?.ManagerStatus?.Addr : Demote(tx, nodeId)),
            stop).ConfigureAwait(false);
        if (stays)
            return new(IsMember: true);
        if (member is not null)
            await raft.RemoveMemberAsync(RaftAddress.Of(member), stop).ConfigureAwait(false);
        return new();
    }

    private static void Note(StoreTransaction tx, string nodeId, string address)
    {
        var node = tx.View.Nodes.Find(nodeId) ?? throw SwarmException.NotFound("node", nodeId);
        var other = tx.View.Nodes.All.FirstOrDefault(taken => taken.Id != nodeId && taken.ManagerStatus?.Addr == address);
        if (other is { Spec.Role: NodeRole.Manager })
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

    private static string? Demote(StoreTransaction tx, string nodeId)
    {
        var node = tx.View.Nodes.Find(nodeId);
        if (node?.ManagerStatus is not { Addr: { } address })
            return null;
        ManagerRoles.RequireDemotable(tx.View, node);
        tx.Put(node with { Spec = node.Spec with { Role = NodeRole.Worker } });
        return address;
    }
}
