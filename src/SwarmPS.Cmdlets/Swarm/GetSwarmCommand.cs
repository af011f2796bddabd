using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Shows the swarm that the connected node is in.</summary>
[Cmdlet(VerbsCommon.Get, "Swarm")]
[OutputType(typeof(SwarmView))]
public sealed class GetSwarmCommand : SwarmCmdlet
{
    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop) => WriteObject(await SwarmView.AskAsync(Swarm, stop));
}
