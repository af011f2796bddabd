using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Shows nodes of the swarm: all, or those named.</summary>
[Cmdlet(VerbsCommon.Get, "SwarmNode")]
[OutputType(typeof(SwarmNodeView))]
public sealed class GetSwarmNodeCommand : SwarmCmdlet
{
    /// <summary>Ids, names or beginnings of ids; <c>self</c> is the connected node.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Hostname")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only nodes of this role.</summary>
    [Parameter]
    public NodeRole? Role { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        if (Name is not null)
        {
            await ForEachAsync(Name, async name => WriteObject(SwarmNodeView.Of(await Swarm.GetNodeAsync(name, stop))));
            return;
        }
        var filters = new ApiFilters();
        if (Role is { } role)
            filters.Add("role", ApiEnumConverter.Word(role));
        foreach (var node in (await Swarm.ListNodesAsync(filters, stop)).OrderBy(node => node.Description?.Hostname, StringComparer.Ordinal))
            WriteObject(SwarmNodeView.Of(node));
    }
}
