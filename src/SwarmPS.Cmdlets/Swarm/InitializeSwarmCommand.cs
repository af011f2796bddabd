using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Cmdlets.SwarmCertificateAuthority;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Makes a new swarm with the daemon's node as its first manager.</summary>
/// <remarks>
/// <para>The node becomes the first manager and the leader. It makes the swarm's certificate authority and its join tokens, which
/// <c>Get-SwarmJoinToken</c> shows. The node must be in no swarm.</para>
/// <para>With <c>-CertificatePath</c> and <c>-KeyPath</c> the authority is one of your own: a root certificate (ECDSA, PEM, CA:TRUE, with a
/// subject key identifier, valid for a year at the least) and its key, which the managers keep sealed.
/// <c>Update-SwarmCertificateAuthority</c> changes it later.</para>
/// <para>Give <c>-AdvertiseAddress</c> where the machine has several addresses: it is where the other nodes will look for this one.
/// <c>eth0</c> stands for the address of that interface.</para>
/// </remarks>
/// <example>
/// <para>Makes a swarm that other nodes reach at an address.</para>
/// <code>
/// Initialize-Swarm -AdvertiseAddress 192.0.2.10
/// </code>
/// </example>
/// <example>
/// <para>Makes a swarm for one machine: nobody else can reach it.</para>
/// <code>
/// Initialize-Swarm -AdvertiseAddress 127.0.0.1 -ListenAddress 127.0.0.1:2377
/// </code>
/// </example>
/// <example>
/// <para>Makes a swarm whose managers only keep the state, with certificates of 30 days.</para>
/// <code>
/// Initialize-Swarm eth0 -Availability Drain -CertificateExpiry 720h
/// </code>
/// </example>
/// <error id="FileNotFound">The file of the certificate or the key is not there.</error>
/// <error id="ConflictingParameters">A certificate was given without its key, a key without its certificate, or both with <c>-ForceNewCluster</c>.</error>
[Cmdlet(VerbsData.Initialize, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmClusterInfo))]
public sealed class InitializeSwarmCommand : SwarmSettingsCmdlet
{
    /// <summary>Where other nodes reach this one: an address or an interface, with a port or without.</summary>
    /// <value>the machine's only address, with the port of <c>-ListenAddress</c></value>
    [Parameter(Position = 0)]
    [Alias("AdvertiseAddr")]
    public string? AdvertiseAddress { get; set; }

    /// <summary>Where managers listen.</summary>
    /// <value><c>0.0.0.0:2377</c></value>
    [Parameter]
    [Alias("ListenAddr")]
    public string? ListenAddress { get; set; }

    /// <summary>The address of the data plane.</summary>
    /// <value>that of <c>-AdvertiseAddress</c></value>
    [Parameter]
    [Alias("DataPathAddr")]
    public string? DataPathAddress { get; set; }

    /// <summary>The UDP port of the data plane.</summary>
    /// <value>4789</value>
    [Parameter]
    [ValidateRange(1024, 49151)]
    public int? DataPathPort { get; set; }

    /// <summary>Address pools that networks take their subnets from.</summary>
    /// <value><c>10.0.0.0/8</c></value>
    [Parameter]
    [Alias("DefaultAddrPool")]
    public string[]? DefaultAddressPool { get; set; }

    /// <summary>The prefix length of a network's subnet.</summary>
    /// <value>24</value>
    [Parameter]
    [ValidateRange(1, 29)]
    public int? SubnetSize { get; set; }

    /// <summary>Whether tasks may be placed on this node.</summary>
    /// <value><c>Active</c></value>
    [Parameter]
    public NodeAvailability? Availability { get; set; }

    /// <summary>A file with the swarm's root certificate, PEM.</summary>
    /// <value>one that the swarm makes</value>
    [Parameter]
    [Alias("CaCert")]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>A file with its private key, PEM.</summary>
    [Parameter]
    [Alias("CaKey")]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>Makes a new swarm of this one manager's state.</summary>
    [Parameter]
    public SwitchParameter ForceNewCluster { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var own = OwnRoot.Read(this, CertificatePath, KeyPath);
        if (ForceNewCluster && own.CertificatePem is not null)
            throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, "-ForceNewCluster keeps the swarm's root certificate: leave -CertificatePath out, and change the root afterwards by Update-SwarmCertificateAuthority.");
        if (!ShouldProcess(swarm.Endpoint.Address, "Make a new swarm"))
            return;
        await swarm.InitializeSwarmAsync(ToRequest(own), stop);
        WarnOfLock(new());
        var answer = await swarm.GetInfoAsync(stop);
        WriteObject(new SwarmClusterInfo(answer.Swarm ?? new SwarmInfo()));
    }

    /// <summary>What is asked for. Docker's client, too, names the address to listen at and leaves the rest to the daemon.</summary>
    private SwarmInitRequest ToRequest(OwnRoot own) => new()
    {
        ListenAddr = ListenAddress ?? "0.0.0.0:2377",
        AdvertiseAddr = AdvertiseAddress,
        DataPathAddr = DataPathAddress,
        DataPathPort = (uint)(DataPathPort ?? 0),
        DefaultAddrPool = DefaultAddressPool?.ToValueList(),
        SubnetSize = (uint)(SubnetSize ?? 0),
        ForceNewCluster = ForceNewCluster,
        Availability = Availability,
        Spec = WithRoot(ApplyTo(new()), own),
    };

    private static SwarmSpec WithRoot(SwarmSpec spec, OwnRoot own) => own.CertificatePem is null
        ? spec
        : spec with { CAConfig = (spec.CAConfig ?? new()) with { SigningCACert = own.CertificatePem, SigningCAKey = own.KeyPem } };
}
