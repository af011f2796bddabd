using System.Management.Automation;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Ends the choice of <c>Connect-Swarm</c>; the daemon is not touched.</summary>
/// <remarks>
/// <para>Cmdlets of this session talk to the default daemon again: the one that <c>$env:SWARMPS_HOST</c> names, else the one at
/// <c>unix:///run/swarmps/swarmps.sock</c>. The node stays in its swarm; to take it out, use <c>Exit-Swarm</c>.</para>
/// </remarks>
/// <example>
/// <para>Ends the choice, and says which daemon is talked to now.</para>
/// <code>
/// Disconnect-Swarm -Verbose
/// </code>
/// </example>
[Cmdlet(VerbsCommunications.Disconnect, "Swarm")]
[OutputType(typeof(void))]
public sealed class DisconnectSwarmCommand : SessionCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop)
    {
        var was = Connections.Endpoint.Address;
        WriteVerbose(Connections.Forget()
            ? $"No longer connected to {was}; the next cmdlet talks to {Connections.Endpoint.Address}."
            : $"This session was not connected; cmdlets talk to {was}.");
        return Task.CompletedTask;
    }
}
