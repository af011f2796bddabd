using System.Management.Automation;
using System.Security;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Takes the daemon's node into a swarm that there is.</summary>
/// <remarks>
/// <para>The token says into which swarm, and whether as a worker or a manager; <c>Get-SwarmJoinToken</c> shows it on a manager. The
/// token holds the digest of the swarm's root certificate, so the node knows that it talks to the right managers. The node must be in
/// no swarm.</para>
/// <para>From the swarm's side, <c>Add-SwarmNode</c> does the same for many nodes at once.</para>
/// </remarks>
/// <example>
/// <para>Joins by a token that is typed, and so stands in no history.</para>
/// <code>
/// Join-Swarm 192.0.2.10:2377 -Token (Read-Host "Token" -AsSecureString)
/// </code>
/// </example>
/// <example>
/// <para>Joins this machine's second daemon to the swarm of its first.</para>
/// <code>
/// $token = Get-SwarmJoinToken Worker
/// $null = Connect-Swarm /run/swarmps/lab2.sock
/// $token | Join-Swarm -AdvertiseAddress 192.0.2.12
/// </code>
/// </example>
/// <error id="SwarmUnavailable">The node is in a swarm already, no manager answers at the addresses, or none answered in time. After the last
/// the node goes on trying; <c>Get-Swarm</c> shows how far it is.</error>
/// <error id="InvalidArgument">The token is none, is of another swarm, or is no longer valid, or an address is not this machine's.</error>
[Cmdlet(VerbsCommon.Join, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmClusterInfo))]
public sealed class JoinSwarmCommand : JoiningCmdlet
{
    /// <summary>Managers to ask, as <c>address:port</c>; one that answers is enough.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddr")]
    [ValidateNotNullOrEmpty]
    public string[] RemoteAddress { get; set; } = [];

    /// <summary>The join token, <c>SWMTKN-1-…</c>: a SecureString, or text.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("JoinToken")]
    [SecretTransformation]
    [ValidateNotNull]
    public SecureString Token { get; set; } = new();

    /// <summary>Where the node listens as a manager.</summary>
    /// <value><c>0.0.0.0:2377</c></value>
    [Parameter]
    [Alias("ListenAddr")]
    public string? ListenAddress { get; set; }

    /// <summary>Where other nodes reach this one: an address or an interface, with a port or without.</summary>
    /// <value>the address it reaches the managers from, with the port of <c>-ListenAddress</c></value>
    [Parameter]
    [Alias("AdvertiseAddr")]
    public string? AdvertiseAddress { get; set; }

    /// <summary>The address of the data plane.</summary>
    /// <value>that of <c>-AdvertiseAddress</c></value>
    [Parameter]
    [Alias("DataPathAddr")]
    public string? DataPathAddress { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override object? Target => string.Join(", ", RemoteAddress);

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(swarm.Endpoint.Address, $"Join the swarm of {string.Join(", ", RemoteAddress)}"))
            return;
        await swarm.JoinSwarmAsync(ToRequest(), stop);
        var answer = await swarm.GetInfoAsync(stop);
        WriteObject(new SwarmClusterInfo(answer.Swarm ?? new SwarmInfo()));
    }

    /// <summary>What is asked for.</summary>
    internal SwarmJoinRequest ToRequest() => new()
    {
        ListenAddr = ListenAddress ?? ListenAddressDefault,
        AdvertiseAddr = AdvertiseAddress,
        DataPathAddr = DataPathAddress,
        RemoteAddrs = RemoteAddress.ToValueList(),
        JoinToken = SecretTransformationAttribute.Reveal(Token),
        Availability = Availability,
    };
}
