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
/// <para>Another machine's daemon is reached by ssh, where a login is enough, or by TCP with certificates, as docker does it:
/// <c>Connect-Swarm tcp://box2:2376 -CertificatePath ~/certificates</c>.</para>
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
/// <error id="DaemonNotTrusted">A certificate is missing or not trusted.</error>
/// <error id="DaemonNotRunning">No daemon answers at the socket.</error>
/// <error id="SocketPermissionDenied">The socket does not admit this user.</error>
/// <error id="InvalidArgument">The address is none of a daemon.</error>
[Cmdlet(VerbsCommunications.Connect, "Swarm")]
[OutputType(typeof(SwarmConnectionInfo))]
public sealed class ConnectSwarmCommand : SessionCmdlet
{
    /// <summary>The daemon's socket, as a path or <c>unix://PATH</c>; or another machine's daemon, as <c>ssh://[user@]host[:port]</c> or
    /// <c>tcp://host[:port]</c>.</summary>
    /// <value><c>$env:SWARMPS_HOST</c>, else <c>unix:///run/swarmps/swarmps.sock</c></value>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Host", "Address")]
    [ValidateNotNullOrEmpty]
    public string? Socket { get; set; }

    /// <summary>For <c>tcp://</c>: the folder with <c>ca.pem</c>, which the daemon's certificate is from, and <c>cert.pem</c> and
    /// <c>key.pem</c>, which this session shows.</summary>
    /// <value><c>$env:SWARMPS_CERT_PATH</c>, else <c>$env:DOCKER_CERT_PATH</c>, else <c>~/.docker</c></value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var endpoint = Socket is null ? SwarmEndpoint.FromEnvironment() : Connections.Resolve(this, Socket, CertificatePath);
        var answer = await Connections.ClientOf(endpoint).GetInfoAsync(stop);
        Connections.Choose(endpoint);
        WriteObject(new SwarmConnectionInfo(endpoint, answer));
    }
}
