using System.Net;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>Takes managers into the quorum, on the leader. Only a node that the store has as a manager gets the keys.</summary>
internal sealed class ManagerService(SwarmStore store, Keyring keyring, RaftNode raft) : IRpcService
{
    private static readonly NodeRole[] Managers = [NodeRole.Manager];

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.UnaryOnLeader(ManagerCalls.Keys, Managers, (_, _, _) => Task.FromResult(new KeysAnswer(keyring.Export())));
        routes.UnaryOnLeader(ManagerCalls.Join, Managers, (caller, asked, stop) => JoinAsync(caller.Subject.NodeId, asked.Address, stop));
    }

    private async Task<ManagerJoinAnswer> JoinAsync(string nodeId, string address, CancellationToken stop)
    {
        if (!IPEndPoint.TryParse(address, out var named) || named.Port == 0 || named.Address.Equals(IPAddress.Any))
            throw SwarmException.Invalid($"'{address}' is no address that managers can reach another by: write it as IP:PORT.");
        if (store.Current.Nodes.All.FirstOrDefault(node => node.Id != nodeId && node.ManagerStatus?.Addr == address) is { } other)
            throw new SwarmException(SwarmErrorCode.AlreadyExists, $"The address {address} is that of manager {other.Id} already. Name another by the advertised address.");
        await raft.AddMemberAsync(RaftAddress.Of(address), stop).ConfigureAwait(false);
        await store.UpdateAsync(
            tx =>
            {
                if (tx.View.Nodes.Find(nodeId) is { } node)
                    tx.Put(node with { ManagerStatus = new() { Reachability = Reachability.Reachable, Addr = address } });
            },
            stop).ConfigureAwait(false);
        return new();
    }
}
