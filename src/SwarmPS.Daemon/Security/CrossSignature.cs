using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// The new root, signed by the old one, as it travels in a node's certificate while a swarm changes its root. It is in the certificate
/// itself rather than beside it, so that every connection brings it, whatever made the connection.
/// </summary>
internal static class CrossSignature
{
    /// <summary>An identifier made of a random UUID, under the arc that is for those.</summary>
    private const string ObjectId = "2.25.304527716849202937170536125806372214791";

    /// <summary>What goes into a node's certificate.</summary>
    public static X509Extension Extension(string crossSignedPem)
    {
        using var crossed = X509Certificate2.CreateFromPem(crossSignedPem);
        return new(new Oid(ObjectId), crossed.RawData, critical: false);
    }

    /// <summary>
    /// What a certificate brings along; null where that is nothing. It is a claim like any other: only a chain to a root that is
    /// trusted makes it good.
    /// </summary>
    public static X509Certificate2? Of(X509Certificate2 certificate)
    {
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == ObjectId) is not { } carried)
            return null;
        try
        {
            return X509CertificateLoader.LoadCertificate(carried.RawData);
        }
        catch (CryptographicException)
        {
            // Whoever made that is not believed by it; the certificate is judged without.
            return null;
        }
    }
}
