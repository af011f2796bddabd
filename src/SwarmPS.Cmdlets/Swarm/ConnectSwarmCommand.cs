using System.Management.Automation;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>Chooses the daemon that this session's cmdlets talk to, and checks that it answers.</summary>
[Cmdlet(VerbsCommunications.Connect, "Swarm")]
[OutputType(typeof(SwarmConnection))]
public sealed class ConnectSwarmCommand : SwarmCmdlet
{
    /// <summary>The daemon's socket: a path or <c>unix://PATH</c>.</summary>
    [Parameter(Position = 0)]
    [Alias("Host", "Address")]
    public string Socket { get; set; } = SwarmEndpoint.Default;

    /// <inheritdoc/>
    protected override object? Target => Socket;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var endpoint = SwarmEndpoint.Parse(Socket);
        await SwarmConnection.ClientOf(endpoint).PingAsync(stop);
        SwarmConnection.Choose(endpoint);
        WriteObject(SwarmConnection.Describe());
    }
}

/// <summary>Forgets the daemon that <c>Connect-Swarm</c> chose: the environment's or the default one counts again.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Swarm")]
public sealed class DisconnectSwarmCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!SwarmConnection.Forget())
            WriteVerbose("No daemon had been chosen in this session.");
    }
}
