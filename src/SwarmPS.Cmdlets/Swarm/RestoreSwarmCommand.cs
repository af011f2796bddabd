using System.Management.Automation;
using System.Net;
using System.Security;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Makes a swarm of a backup, with the daemon's node as its only manager.</summary>
/// <remarks>
/// <para>For when a majority of the managers is lost for good. The node must be in no swarm; it takes the place of the manager that made
/// the backup, under that one's id, with the same certificate authority and join tokens. Services, nodes, networks and secrets are as
/// they were. The other managers of that time are taken off the list: have them leave by force and join again. Workers come back by
/// themselves where the manager has an address they know.</para>
/// <para>Run it on one node alone, and only where the old managers do not run any more: two swarms with the same nodes would fight
/// over them.</para>
/// </remarks>
/// <example>
/// <para>Restores a backup under a passphrase that is asked for.</para>
/// <code>
/// Restore-Swarm ./swarm.backup -Passphrase (Read-Host 'Passphrase' -AsSecureString) -AdvertiseAddress 192.0.2.10
/// </code>
/// </example>
/// <error id="AuthenticationFailed">The backup does not open by what was given.</error>
[Cmdlet(VerbsData.Restore, "Swarm", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Passphrase")]
[OutputType(typeof(SwarmClusterInfo))]
public sealed class RestoreSwarmCommand : SwarmCmdlet
{
    /// <summary>The file that <c>Backup-Swarm</c> has written.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>The passphrase that the backup was made under.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Passphrase")]
    public SecureString? Passphrase { get; set; }

    /// <summary>The file of the certificate that the backup was made for, PEM, with its private key in the same file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Certificate")]
    public string? CertificatePath { get; set; }

    /// <summary>Where other nodes reach this one: an address or an interface, with a port or without.</summary>
    /// <value>the machine's only address, with the port of <c>-ListenAddress</c></value>
    [Parameter]
    [Alias("AdvertiseAddr")]
    public string? AdvertiseAddress { get; set; }

    /// <summary>Where the manager listens for other nodes.</summary>
    /// <value><c>0.0.0.0:2377</c></value>
    [Parameter]
    [Alias("ListenAddr")]
    public string? ListenAddress { get; set; }

    /// <summary>The address or interface of the traffic between containers.</summary>
    /// <value>the advertised address</value>
    [Parameter]
    [Alias("DataPathAddr")]
    public string? DataPathAddress { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var path = GetUnresolvedProviderPathFromPSPath(Path);
        await using var backup = File.OpenRead(path);
        if (!ShouldProcess(swarm.Endpoint.Address, $"Make a swarm of the backup {path}"))
            return;
        var request = new SwarmRestoreRequest
        {
            Passphrase = Passphrase is null ? null : new NetworkCredential("", Passphrase).Password,
            Certificate = CertificatePath is null ? null : await File.ReadAllTextAsync(GetUnresolvedProviderPathFromPSPath(CertificatePath), stop),
            ListenAddr = ListenAddress,
            AdvertiseAddr = AdvertiseAddress,
            DataPathAddr = DataPathAddress,
        };
        await swarm.RestoreSwarmAsync(request, backup, stop);
        WriteObject(new SwarmClusterInfo((await swarm.GetInfoAsync(stop)).Swarm ?? new SwarmInfo()));
    }
}
