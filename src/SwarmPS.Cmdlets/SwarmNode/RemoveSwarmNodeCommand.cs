using System.Management.Automation;
using System.Net;
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
/// <error id="NodeNotDown">The node still takes part, and <c>-Force</c> is not given.</error>
/// <error id="NodeIsManager">The node is a manager.</error>
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
        if (!ShouldProcess(name, Force ? "Remove the node by force" : "Remove the node"))
            return;
        try
        {
            await swarm.RemoveNodeAsync(name, Force, stop);
        }
        catch (SwarmApiException refusal) when (refusal.Status == HttpStatusCode.BadRequest && Explain(name, refusal) is { } failure)
        {
            throw failure;
        }
    });

    /// <summary>The daemon's two reasons, with what to do; null for any other.</summary>
    private static SwarmFailureException? Explain(string name, SwarmApiException refusal) => refusal.Message switch
    {
        var text when text.Contains("is not down", StringComparison.Ordinal) => new("NodeNotDown", ErrorCategory.InvalidOperation,
            $"Node {name} is not down, so it is not removed. Take it out there with Exit-Swarm and wait until it is down, or remove it with -Force.", refusal),
        var text when text.Contains("is a cluster manager", StringComparison.Ordinal) => new("NodeIsManager", ErrorCategory.InvalidOperation,
            $"Node {name} is a manager, so it is not removed: the managers would lose a vote. Make it a worker first: Set-SwarmNode {name} -Role Worker -Wait.", refusal),
        _ => null,
    };
}
