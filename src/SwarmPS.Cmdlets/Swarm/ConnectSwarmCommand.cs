using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Chooses the daemon that this session talks to.</summary>
/// <remarks>
/// <para>The choice holds for the session (the runspace) until <c>Disconnect-Swarm</c>. Without a choice, cmdlets talk to the daemon
/// that <c>$env:SWARMPS_HOST</c> names, and else to the one at <c>unix:///run/swarmps/swarmps.sock</c>. The daemon must answer: a wrong
/// path is told here and not by the next cmdlet.</para>
/// </remarks>
/// <example>
/// <para>Talks to the daemon at another socket from now on.</para>
/// <code>
/// Connect-Swarm /run/swarmps/lab1.sock
/// </code>
/// </example>
/// <example>
/// <para>Talks to the machine's own daemon, and shows whether its node is in a swarm.</para>
/// <code>
/// (Connect-Swarm unix:///run/swarmps/swarmps.sock).LocalNodeState
/// </code>
/// </example>
/// <error id="DaemonNotRunning">No daemon answers at the socket.</error>
/// <error id="SocketPermissionDenied">The socket does not admit this user.</error>
/// <error id="InvalidArgument">The address is none of a daemon.</error>
[Cmdlet(VerbsCommunications.Connect, "Swarm")]
[OutputType(typeof(SwarmConnectionInfo))]
public sealed class ConnectSwarmCommand : SessionCmdlet
{
    /// <summary>The daemon's socket, as a path or <c>unix://PATH</c>; or another machine's daemon, as <c>ssh://[user@]host[:port]</c>.</summary>
    /// <value><c>$env:SWARMPS_HOST</c>, else <c>unix:///run/swarmps/swarmps.sock</c></value>
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
