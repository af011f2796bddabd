using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>Shows the nodes of the swarm.</summary>
/// <remarks>
/// <para>A manager answers. The table shows the first 12 characters of ids, with a star for the node of this session's daemon, which
/// <c>self</c> names. The property <c>Id</c> is the whole id.</para>
/// </remarks>
/// <example>
/// <para>Shows all nodes.</para>
/// <code>
/// Get-SwarmNode
/// </code>
/// </example>
/// <example>
/// <para>Shows the managers.</para>
/// <code>
/// Get-SwarmNode -Role Manager
/// </code>
/// </example>
/// <example>
/// <para>Shows nodes that are not heard from.</para>
/// <code>
/// Get-SwarmNode | Where-Object Status -NE Ready
/// </code>
/// </example>
/// <example>
/// <para>Shows the labels of the nodes whose names begin so.</para>
/// <code>
/// (Get-SwarmNode box*).Labels
/// </code>
/// </example>
/// <error id="NodeNotFound">There is no such node.</error>
/// <error id="NodeAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsCommon.Get, "SwarmNode")]
[OutputType(typeof(SwarmNodeInfo))]
public sealed class GetSwarmNodeCommand : SwarmCmdlet
{
    /// <summary>Names, ids, beginnings of ids, <c>self</c>; names may have wildcards. All nodes where nothing is said.</summary>
    /// <value>all nodes</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Hostname", "Id", "Node")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Managers or workers only.</summary>
    /// <value>both</value>
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
