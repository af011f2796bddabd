using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Changes the swarm's settings.</summary>
/// <remarks>
/// <para>What is not given stays as it is. A change that somebody else made in between is kept: the settings are read and written
/// anew.</para>
/// </remarks>
/// <example>
/// <para>Keeps ten ended tasks of each slot.</para>
/// <code>
/// Set-Swarm -TaskHistoryLimit 10
/// </code>
/// </example>
/// <example>
/// <para>Lets certificates be valid for 30 days, and shows the swarm as it is then.</para>
/// <code>
/// Set-Swarm -CertificateExpiry 720h -PassThru
/// </code>
/// </example>
/// <example>
/// <para>Lets services ask for devices of their nodes.</para>
/// <code>
/// Set-Swarm -Admit devices
/// </code>
/// </example>
/// <example>
/// <para>Lets two tasks at a time move to nodes that come, or come back.</para>
/// <code>
/// Set-Swarm -RebalanceBudget 2
/// </code>
/// </example>
/// <error id="UpdateOutOfSequence">Others changed the settings again and again in between.</error>
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
        var before = await SwarmChange.PostAsync(swarm, ApplyTo, SwarmRotation.None, stop);
        WarnOfLock(before.Spec);
        if (!PassThru)
            return;
        var answer = await swarm.GetInfoAsync(stop);
        WriteObject(new SwarmClusterInfo(answer.Swarm ?? new SwarmInfo()));
    }
}
