using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Changes the swarm's settings.</summary>
[Cmdlet(VerbsCommon.Set, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmClusterInfo))]
public sealed class SetSwarmCommand : SwarmSettingsCmdlet
{
    /// <summary>Gives the swarm as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(swarm.Endpoint.Address, "Change the swarm's settings"))
            return;
        await Revisions.RetryAsync(async () =>
        {
            var now = await swarm.GetSwarmAsync(stop);
            await swarm.UpdateSwarmAsync(ApplyTo(now.Spec), now.Version.Index, rotateWorkerToken: false, rotateManagerToken: false, stop);
            return now;
        });
        if (!PassThru)
            return;
        var answer = await swarm.GetInfoAsync(stop);
        WriteObject(new SwarmClusterInfo(answer.Swarm ?? new SwarmInfo()));
    }
}
