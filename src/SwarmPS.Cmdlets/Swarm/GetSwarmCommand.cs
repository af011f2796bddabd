using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Shows the swarm as this session's daemon sees it.</summary>
/// <remarks>
/// <para>The node's own standing is told by any daemon, also one that is in no swarm. The swarm's settings are told by managers.</para>
/// </remarks>
/// <example>
/// <para>Shows the swarm and its settings.</para>
/// <code>
/// Get-Swarm
/// </code>
/// </example>
/// <example>
/// <para>Asks whether this node can change the swarm.</para>
/// <code>
/// if ((Get-Swarm).IsManager) { "a manager" }
/// </code>
/// </example>
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
