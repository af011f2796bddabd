using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Takes the daemon's node out of its swarm. With the last manager goes the swarm and all that is in it.</summary>
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
