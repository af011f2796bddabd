using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/nodes</c>: the machines of the swarm.</summary>
internal sealed class NodeEndpoints(SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/nodes", call => call.AnswerListAsync(NodeQuery.List(changes.State, call.Query("filters")))),
        new("GET", "/nodes/{id}", call => call.AnswerAsync(Lookup.Node(changes.State, call.Id))),
        new("POST", "/nodes/{id}/update", UpdateAsync),
        new("DELETE", "/nodes/{id}", RemoveAsync),
    ];

    private async Task UpdateAsync(ApiCall call)
    {
        var version = call.VersionOf("node");
        var id = Lookup.Node(changes.State, call.Id).Id;
        var spec = await call.BodyAsync<NodeSpec>().ConfigureAwait(false);
        SpecValidation.Check(spec).ThrowIfAny("The node");
        await changes.MakeAsync(
            tx =>
            {
                var node = Lookup.Node(tx.View, id);
                if (node.Version.Index != version)
                    throw SwarmException.OutOfSequence();
                CheckRole(tx.View, node, spec);
                tx.Put(node with { Spec = spec with { Role = spec.Role ?? node.Spec.Role, Availability = spec.Availability ?? node.Spec.Availability } });
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiCall call)
    {
        var force = call.Flag("force");
        await changes.MakeAsync(
            tx =>
            {
                var node = Lookup.Node(tx.View, call.Id);
                if (node.Spec.Role is NodeRole.Manager || node.CurrentRole is NodeRole.Manager)
                    throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"rpc error: code = FailedPrecondition desc = node {node.Id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal");
                // One that is connected and not ready says why.
                if (node.Status is { State: NodeState.Ready } or { State: NodeState.Unknown, Message: not null } && !force)
                    throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"rpc error: code = FailedPrecondition desc = node {node.Id} is not down and can't be removed");
                tx.Delete(node);
                tx.Put(RemovedNodes.Remember(tx.View.Swarm!, [node.Id], tx.Now));
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private static void CheckRole(Snapshot state, Node node, NodeSpec spec)
    {
        if (spec.Role is null || spec.Role == node.Spec.Role)
            return;
        if (spec.Role is NodeRole.Worker)
            ManagerRoles.RequireDemotable(state, node);
    }
}
