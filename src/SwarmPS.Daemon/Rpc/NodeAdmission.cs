using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// Whether a call is let in: by the certificate of its connection, by the role that names, and by what the store says of the node now.
/// A removed node is refused from the moment of its removal, a demoted one is a worker from then on.
/// </summary>
internal sealed class NodeAdmission(SwarmStore store, ILeadership leadership, TimeProvider clock)
{
    /// <summary>Who calls. Throws <see cref="SwarmException"/>: Unauthenticated for a bad certificate, PermissionDenied for the wrong role or a removed node.</summary>
    public NodeCaller Require(NodePeer? peer, params ReadOnlySpan<NodeRole> roles)
    {
        var subject = Identify(peer);
        var node = store.Current.Nodes.Find(subject.NodeId) ?? throw Removed(subject.NodeId);
        var role = node.CurrentRole is NodeRole.Manager ? subject.Role : NodeRole.Worker;
        if (!roles.Contains(role))
            throw new SwarmException(SwarmErrorCode.PermissionDenied, $"Node {subject.NodeId} may not do this: it is for managers, and the node is a worker.");
        return new(subject, peer!.Address);
    }

    /// <summary>The same, on the leader alone: another manager names the leader before it looks at a state that may be old.</summary>
    public async Task<NodeCaller> RequireOnLeaderAsync(NodePeer? peer, NodeRole[] roles, CancellationToken stop)
    {
        var subject = Identify(peer);
        await RequireLeaderAsync(stop).ConfigureAwait(false);
        // Who is told to have been removed gives up its tasks: a leader that has lost its lead without knowing may not have heard of a newcomer.
        if (IsRemoved(subject.NodeId))
            await leadership.ConfirmAsync(stop).ConfigureAwait(false);
        return Require(peer, roles);
    }

    /// <summary>Throws <see cref="NotLeadingException"/> unless this manager leads.</summary>
    public async Task RequireLeaderAsync(CancellationToken stop)
    {
        if (!await leadership.LeadsAsync(stop).ConfigureAwait(false))
            throw new NotLeadingException(leadership.LeaderAddress);
    }

    /// <summary>Whether a node is refused though its certificate is good.</summary>
    public bool IsRemoved(string nodeId) => store.Current is { Swarm: not null } state && state.Nodes.Find(nodeId) is null;

    private static SwarmException Removed(string nodeId) => new(
        SwarmErrorCode.PermissionDenied, $"Node {nodeId} is not part of the swarm: it was removed. Let it leave the swarm (docker swarm leave, Exit-Swarm) and join again.");

    private NodeSubject Identify(NodePeer? peer)
    {
        if (peer?.Subject is not { } subject)
            throw new SwarmException(SwarmErrorCode.Unauthenticated, $"The node's certificate is refused: {peer?.Refusal ?? "no certificate was shown"}.");
        if (clock.GetUtcNow() > peer.NotAfter)
            throw new SwarmException(SwarmErrorCode.Unauthenticated, $"The certificate of node {subject.NodeId} has expired since it connected. Let it leave the swarm and join again.");
        return subject;
    }
}
