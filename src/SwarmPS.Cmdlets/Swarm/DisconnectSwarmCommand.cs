using System.Management.Automation;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Ends the choice of <see cref="ConnectSwarmCommand"/>; the daemon is not touched.</summary>
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
