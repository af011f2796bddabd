using System.Management.Automation;
using System.Net;
using System.Security;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Writes the swarm's whole state to one file, sealed under a passphrase or for a certificate.</summary>
/// <remarks>
/// <para>The file has everything a lost swarm is made of again: services, nodes, networks, secrets, the certificate authority with its
/// key, and the join tokens, all as they are at one moment. Managers go on working meanwhile. It is sealed with AES-256-GCM; whoever
/// has the passphrase, or the certificate's private key, has the swarm, so keep the two apart from the file.</para>
/// <para>The file is written beside its place first and then moved there, so that a failure never spoils an older backup.
/// <c>Restore-Swarm</c> makes a swarm of it.</para>
/// </remarks>
/// <example>
/// <para>Backs the swarm up for the holder of a certificate: nobody on this machine can open the file.</para>
/// <code>
/// Backup-Swarm ./swarm.backup -CertificatePath ./backup.crt
/// </code>
/// </example>
/// <example>
/// <para>Backs the swarm up under a passphrase that is asked for.</para>
/// <code>
/// Backup-Swarm ./swarm.backup -Passphrase (Read-Host 'Passphrase' -AsSecureString)
/// </code>
/// </example>
/// <error id="FileExists">There is a file of that name: give <c>-Force</c> to replace it.</error>
[Cmdlet(VerbsData.Backup, "Swarm", SupportsShouldProcess = true, DefaultParameterSetName = "Passphrase")]
[OutputType(typeof(FileInfo))]
public sealed class BackupSwarmCommand : SwarmCmdlet
{
    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>The passphrase, of 8 characters or more.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Passphrase")]
    public SecureString? Passphrase { get; set; }

    /// <summary>The file of a certificate with an RSA key, PEM. Its private key is not needed here.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Certificate")]
    public string? CertificatePath { get; set; }

    /// <summary>Replace a file of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var path = GetUnresolvedProviderPathFromPSPath(Path);
        if (File.Exists(path) && !Force)
            throw new SwarmFailureException("FileExists", ErrorCategory.ResourceExists, $"{path} exists. Name another file, or give -Force to replace it.");
        if (!ShouldProcess(path, "Back the swarm up"))
            return;
        var request = new SwarmBackupRequest
        {
            Passphrase = Passphrase is null ? null : new NetworkCredential("", Passphrase).Password,
            Certificate = CertificatePath is null ? null : await File.ReadAllTextAsync(GetUnresolvedProviderPathFromPSPath(CertificatePath), stop),
        };
        var making = path + ".new";
        try
        {
            await using (var file = Create(making))
                await swarm.BackUpSwarmAsync(request, file, stop);
            File.Move(making, path, overwrite: true);
        }
        catch
        {
            File.Delete(making);
            throw;
        }
        WriteObject(new FileInfo(path));
    }

    /// <summary>A file that its owner alone can read, whole on the disk once it is closed.</summary>
    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(path, options);
    }
}
