using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>Takes nodes off the swarm's list; their certificates are refused from then on.</summary>
/// <remarks>
/// <para>A node that has left (<c>Exit-Swarm</c> there) is down and is removed as it is. One that still takes part is removed with
/// <c>-Force</c> only: its connections are dropped, and the swarm runs its tasks elsewhere. A manager is made a worker first:
/// <c>Set-SwarmNode -Role Worker</c>.</para>
/// </remarks>
/// <example>
/// <para>Removes all nodes that are down.</para>
/// <code>
/// Get-SwarmNode | Where-Object Status -EQ Down | Remove-SwarmNode -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <para>Empties a node, then shuts it out whether it still runs or not.</para>
/// <code>
/// Set-SwarmNode far -Availability Drain -Wait
/// Remove-SwarmNode far -Force
/// </code>
/// </example>
/// <error id="NodeNotFound">There is no such node.</error>
/// <error id="InvalidArgument">The node is not down and <c>-Force</c> is not given, or it is a manager.</error>
[Cmdlet(VerbsCommon.Remove, "SwarmNode", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveSwarmNodeCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Hostname", "Node")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Remove it even where it still takes part.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Node";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (ShouldProcess(name, Force ? "Remove the node by force" : "Remove the node"))
            await swarm.RemoveNodeAsync(name, Force, stop);
    });
}
