using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Changes what is wanted of a node: its availability and its labels.</summary>
[Cmdlet(VerbsCommon.Set, "SwarmNode", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmNodeView))]
public sealed class SetSwarmNodeCommand : SwarmCmdlet
{
    /// <summary>Ids, names or beginnings of ids; <c>self</c> is the connected node.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Hostname")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Active, Pause (no new tasks) or Drain (tasks move away).</summary>
    [Parameter]
    public NodeAvailability Availability { get; set; }

    /// <summary>Labels to set, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Settings]
    public string[]? AddLabel { get; set; }

    /// <summary>Names of labels to take away.</summary>
    [Parameter]
    public string[]? RemoveLabel { get; set; }

    /// <summary>Gives the node as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var node = await Swarm.GetNodeAsync(name, stop);
        if (ShouldProcess(node.Description?.Hostname ?? node.Id, "Change the node"))
            await Swarm.UpdateNodeAsync(node.Id, node.Version.Index, Apply(node.Spec), stop);
        if (PassThru)
            WriteObject(SwarmNodeView.Of(await Swarm.GetNodeAsync(node.Id, stop)));
    });

    private NodeSpec Apply(NodeSpec spec) => spec with
    {
        Availability = Bound(nameof(Availability)) ? Availability : spec.Availability,
        Labels = AddLabel is null && RemoveLabel is null ? spec.Labels : Settings.Change(spec.Labels, RemoveLabel, AddLabel),
    };
}
