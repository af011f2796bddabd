using System.Security.Cryptography.X509Certificates;

namespace SwarmPS.Daemon.Security;

/// <summary>Whether a certificate was issued by one of the swarm's roots.</summary>
internal static class IssuedCertificate
{
    /// <summary>Whether a PEM text holds a root at all.</summary>
    public static bool HasRoots(string rootPem)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(rootPem);
        foreach (var root in roots)
            root.Dispose();
        return roots.Count > 0;
    }

    /// <summary>Whether one of the roots has issued a certificate, directly or by a cross-signed root within it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="rootPem">The roots, PEM.</param>
    /// <param name="at">When it must be valid; null for no matter when.</param>
    public static bool IsIssued(X509Certificate2 certificate, string rootPem, DateTimeOffset? at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(rootPem);
        using var crossed = CrossSignature.Of(certificate);
        if (crossed is not null)
            chain.ChainPolicy.ExtraStore.Add(crossed);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (at is { } time)
        {
            chain.ChainPolicy.VerificationTimeIgnored = false;
            chain.ChainPolicy.VerificationTime = time.UtcDateTime;
        }
        else
        {
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        }
        return chain.Build(certificate);
    }
}
