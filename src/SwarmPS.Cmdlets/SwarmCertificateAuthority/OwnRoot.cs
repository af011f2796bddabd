using System.Management.Automation;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmCertificateAuthority;

/// <summary>A root certificate and its key that an administrator brings along, both from files: a key on a command line ends up in a history.</summary>
/// <param name="CertificatePem">The certificate; null where none was brought.</param>
/// <param name="KeyPem">Its private key.</param>
internal sealed record OwnRoot(string? CertificatePem, string? KeyPem)
{
    /// <summary>Never the key: this text may end up in a log.</summary>
    public override string ToString() => "OwnRoot { … }";

    /// <summary>Reads the two files. Throws <see cref="SwarmFailureException"/> where one is given without the other.</summary>
    public static OwnRoot Read(PSCmdlet cmdlet, string? certificatePath, string? keyPath)
    {
        if (certificatePath is null != keyPath is null)
            throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, "-CertificatePath and -KeyPath go together: the swarm signs with the key of its root.");
        return new(Text(certificatePath), Text(keyPath));

        string? Text(string? path) => path is null ? null : File.ReadAllText(cmdlet.GetUnresolvedProviderPathFromPSPath(path));
    }
}
