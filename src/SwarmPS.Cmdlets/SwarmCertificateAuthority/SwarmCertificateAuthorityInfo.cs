using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmCertificateAuthority;

/// <summary>The swarm's certificate authority: its root certificate, and whether it is being replaced.</summary>
public sealed record SwarmCertificateAuthorityInfo
{
    internal SwarmCertificateAuthorityInfo(SwarmObject swarm, string trustRoot)
    {
        TrustRoot = trustRoot;
        Certificate = X509Certificate2.CreateFromPem(trustRoot);
        Subject = Certificate.Subject;
        Fingerprint = Certificate.GetCertHashString(HashAlgorithmName.SHA256);
        NotBefore = Certificate.NotBefore;
        NotAfter = Certificate.NotAfter;
        CertificateExpiry = swarm.Spec.CAConfig?.NodeCertExpiry ?? SwarmDefaults.NodeCertExpiry;
        RotationInProgress = swarm.RootRotationInProgress;
    }

    /// <summary>The root's name.</summary>
    public string Subject { get; }

    /// <summary>The SHA-256 of the root certificate, in hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>From when on the root is valid.</summary>
    public DateTime NotBefore { get; }

    /// <summary>Until when it is.</summary>
    public DateTime NotAfter { get; }

    /// <summary>How long a node's certificate is valid.</summary>
    public TimeSpan CertificateExpiry { get; }

    /// <summary>Whether nodes are being moved to a new root.</summary>
    public bool RotationInProgress { get; }

    /// <summary>The root certificate, PEM.</summary>
    public string TrustRoot { get; }

    /// <summary>The root certificate.</summary>
    public X509Certificate2 Certificate { get; }
}
