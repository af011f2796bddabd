using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Chooses the daemon that this session talks to.</summary>
[Cmdlet(VerbsCommunications.Connect, "Swarm")]
[OutputType(typeof(SwarmConnectionInfo))]
public sealed class ConnectSwarmCommand : SessionCmdlet
{
    /// <summary>The daemon's socket: a path or <c>unix://PATH</c>.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Host", "Address")]
    [ValidateNotNullOrEmpty]
    public string? Socket { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var endpoint = Socket is null ? SwarmEndpoint.FromEnvironment() : Connections.Resolve(this, Socket);
        var answer = await Connections.ClientOf(endpoint).GetInfoAsync(stop);
        Connections.Choose(endpoint);
        WriteObject(new SwarmConnectionInfo(endpoint, answer));
    }
}
