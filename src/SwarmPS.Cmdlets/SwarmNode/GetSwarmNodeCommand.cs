using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>Shows the nodes of the swarm.</summary>
[Cmdlet(VerbsCommon.Get, "SwarmNode")]
[OutputType(typeof(SwarmNodeInfo))]
public sealed class GetSwarmNodeCommand : SwarmCmdlet
{
    /// <summary>Names, ids, beginnings of ids, <c>self</c>; names may have wildcards. All nodes where nothing is said.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Hostname", "Id", "Node")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Managers or workers only.</summary>
    [Parameter]
    public NodeRole? Role { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Node";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var self = swarm.GetInfoAsync(stop);
        var nodes = await swarm.ListNodesAsync(new ApiFilters(), stop);
        var selfId = (await self).Swarm?.NodeId;
        if (Name is not { Length: > 0 })
        {
            Write(nodes, selfId);
            return;
        }
        await ForEachAsync(Name, name =>
        {
            Write(Selection.Pick(nodes, name == "self" ? selfId ?? name : name, node => node.Description?.Hostname, "Node"), selfId);
            return Task.CompletedTask;
        });
    }

    private void Write(IEnumerable<Node> nodes, string? self)
    {
        foreach (var node in nodes.Where(node => Role is null || (node.Spec.Role ?? NodeRole.Worker) == Role))
            WriteObject(new SwarmNodeInfo(node, node.Id == self));
    }
}
