using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Shows the swarm as this session's daemon sees it.</summary>
[Cmdlet(VerbsCommon.Get, "Swarm")]
[OutputType(typeof(SwarmClusterInfo))]
public sealed class GetSwarmCommand : SwarmCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var answer = await swarm.GetInfoAsync(stop);
        WriteObject(new SwarmClusterInfo(answer.Swarm ?? new SwarmInfo()));
    }
}
