using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Takes the daemon's node out of its swarm. With the last manager goes the swarm and all that is in it.</summary>
/// <remarks>
/// <para>The tasks of the node are stopped and its state of the swarm is removed. A worker just leaves; the swarm runs its tasks
/// elsewhere. A manager counts for the quorum, so it leaves with <c>-Force</c> only: make it a worker first (<c>Set-SwarmNode -Role
/// Worker</c>) to keep the quorum safe. With the last manager goes the swarm and everything in it.</para>
/// <para>The node stays listed as down; <c>Remove-SwarmNode</c> takes it off the list.</para>
/// </remarks>
/// <example>
/// <para>Takes a worker out of its swarm, after a question.</para>
/// <code>
/// Exit-Swarm
/// </code>
/// </example>
/// <example>
/// <para>Takes the last manager out, and so ends the swarm, without a question.</para>
/// <code>
/// Exit-Swarm -Force -Confirm:$false
/// </code>
/// </example>
[Cmdlet(VerbsCommon.Exit, "Swarm", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class ExitSwarmCommand : SwarmCmdlet
{
    /// <summary>Leave even as a manager.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (ShouldProcess(swarm.Endpoint.Address, "Leave the swarm"))
            await swarm.LeaveSwarmAsync(Force, stop);
    }
}
