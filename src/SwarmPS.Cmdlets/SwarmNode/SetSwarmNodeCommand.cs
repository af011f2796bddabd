using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>Changes what is wanted of nodes: availability, role, labels.</summary>
/// <remarks>
/// <para>A drained node's tasks are stopped and run elsewhere; a paused one keeps its tasks and gets no new ones. A worker becomes a manager
/// and back by <c>-Role</c>, which is refused where the managers would lose their quorum. <c>-Wait</c> waits until it has happened.</para>
/// <para>What is not given stays as it is. <c>-Label</c> takes the place of all labels; <c>-AddLabel</c> and <c>-RemoveLabel</c> change
/// single ones.</para>
/// </remarks>
/// <example>
/// <para>Takes the tasks off a node, for work on it.</para>
/// <code>
/// Set-SwarmNode far -Availability Drain -Wait -Timeout 5m
/// </code>
/// </example>
/// <example>
/// <para>Labels a node for constraints such as <c>node.labels.disk == ssd</c>.</para>
/// <code>
/// Set-SwarmNode box -AddLabel disk=ssd
/// </code>
/// </example>
/// <example>
/// <para>Makes a worker a manager.</para>
/// <code>
/// Set-SwarmNode box -Role Manager
/// </code>
/// </example>
/// <error id="NodeTimeout">The time of <c>-Timeout</c> is up; the message says what is missing. The swarm goes on.</error>
/// <error id="NodeNotFound">There is no such node.</error>
/// <error id="UpdateOutOfSequence">Others changed the node again and again in between.</error>
[Cmdlet(VerbsCommon.Set, "SwarmNode", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmNodeInfo))]
public sealed class SetSwarmNodeCommand : SwarmCmdlet
{
    /// <summary>Names, ids, beginnings of ids, or <c>self</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Hostname", "Node")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Whether tasks may be placed there.</summary>
    [Parameter]
    public NodeAvailability? Availability { get; set; }

    /// <summary>Worker or manager.</summary>
    [Parameter]
    public NodeRole? Role { get; set; }

    /// <summary>All labels: a hashtable, or NAME=value texts.</summary>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? Label { get; set; }

    /// <summary>Labels to add or change.</summary>
    [Parameter]
    [PairsTransformation]
    public string[]? AddLabel { get; set; }

    /// <summary>Names of labels to take away.</summary>
    [Parameter]
    public string[]? RemoveLabel { get; set; }

    /// <summary>Waits until a drained node's tasks have ended, and until a new role has been taken.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long <c>-Wait</c> waits for each node.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = NodeWait.TimeoutDefault;

    /// <summary>Gives the node as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Node";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (!ShouldProcess(name, "Change the node"))
            return;
        var id = await Revisions.RetryAsync(async () =>
        {
            var node = await swarm.GetNodeAsync(name, stop);
            await swarm.UpdateNodeAsync(node.Id, node.Version.Index, ApplyTo(node.Spec), stop);
            return node.Id;
        });
        if (Wait)
            await new NodeWait(this, swarm, Timeout).RunAsync(id, name, new() { Role = Role, Availability = Availability }, stop);
        if (PassThru)
            WriteObject(new SwarmNodeInfo(await swarm.GetNodeAsync(id, stop), id == (await swarm.GetInfoAsync(stop)).Swarm?.NodeId));
    });

    /// <summary>The spec with what was given in place of what stood there.</summary>
    internal NodeSpec ApplyTo(NodeSpec spec) => spec with
    {
        Availability = Availability ?? spec.Availability,
        Role = Role ?? spec.Role,
        Labels = Dictionaries.Amend(Label is null ? spec.Labels : Pairs.ToMap(Label), AddLabel, RemoveLabel),
    };
}
