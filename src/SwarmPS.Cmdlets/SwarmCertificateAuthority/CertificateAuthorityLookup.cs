using System.Management.Automation;
using System.Security.Cryptography;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmCertificateAuthority;

/// <summary>The authority as a manager shows it.</summary>
internal static class CertificateAuthorityLookup
{
    /// <summary>The authority of a swarm. Throws <see cref="SwarmFailureException"/> where its certificate is not shown or cannot be read.</summary>
    public static SwarmCertificateAuthorityInfo Of(SwarmObject swarm)
    {
        if (swarm.TLSInfo?.TrustRoot is not { Length: > 0 } root)
            throw new SwarmFailureException("CertificateAuthorityNotFound", ErrorCategory.ObjectNotFound, "The daemon shows no root certificate. Ask a manager of the swarm: Get-Swarm shows whether this node is one.");
        try
        {
            return new(swarm, root);
        }
        catch (CryptographicException fault)
        {
            throw new SwarmFailureException("UnexpectedAnswer", ErrorCategory.ProtocolError, $"The root certificate that the daemon shows cannot be read: {fault.Message}", fault);
        }
    }
}
