using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>The swarm's own certificate authority: ECDSA P-256, as swarmkit's.</summary>
public sealed class RootCa : IDisposable
{
    /// <summary>How long a root is valid.</summary>
    public static readonly TimeSpan RootValidity = TimeSpan.FromDays(20 * 365);

    /// <summary>How long a node's certificate is valid where the swarm says nothing.</summary>
    public static readonly TimeSpan DefaultNodeValidity = TimeSpan.FromDays(90);

    /// <summary>The shortest validity a swarm may ask for.</summary>
    public static readonly TimeSpan NodeValidityMin = TimeSpan.FromHours(1);

    /// <summary>How far certificates reach back, for nodes whose clocks are behind.</summary>
    public static readonly TimeSpan Backdate = TimeSpan.FromHours(1);

    private static readonly TimeSpan UnusedValidityMin = TimeSpan.FromDays(365);

    private const int SerialBytes = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 certificate;
    private readonly ECDsa key;

    private RootCa(X509Certificate2 certificate, ECDsa key) => (this.certificate, this.key) = (certificate, key);

    /// <summary>The root certificate, PEM: what nodes trust.</summary>
    public string CertificatePem => certificate.ExportCertificatePem() + "\n";

    private bool HasKeyIdentifier => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any();

    /// <summary>The root's key, PEM. The store holds it sealed; it goes nowhere else.</summary>
    public string ExportKeyPem() => key.ExportPkcs8PrivateKeyPem();

    /// <summary>Makes a new root.</summary>
    public static RootCa Create(TimeProvider clock)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=swarm-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 1, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        return new(request.CreateSelfSigned(now - Backdate, now + RootValidity), key);
    }

    /// <summary>A root that was made before. Throws <see cref="SwarmException"/>, without the key, where the two are damaged or do not belong together.</summary>
    public static RootCa Load(string certificatePem, string keyPem)
    {
        X509Certificate2? certificate = null;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(keyPem);
            certificate = X509Certificate2.CreateFromPem(certificatePem);
            if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
                return new(certificate, key);
            throw new CryptographicException("the key belongs to another certificate");
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            certificate?.Dispose();
            key.Dispose();

            // Without the cause, which might quote what it could not read.
            throw SwarmException.Invalid("The root certificate and its key must be PEM, ECDSA, and belong together.");
        }
    }

    /// <summary>The root that the store holds; null where an outside authority signs for the swarm.</summary>
    public static RootCa? Of(SwarmObject swarm) =>
        swarm is { TLSInfo.TrustRoot: { } certificate, RootKey: { } key } ? Load(certificate, key.Value) : null;

    /// <summary>What tasks and clients are told of the swarm's trust.</summary>
    public TlsInfo ToTlsInfo() => new(
        CertificatePem,
        Convert.ToBase64String(certificate.SubjectName.RawData),
        Convert.ToBase64String(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>
    /// Signs another root, so that whoever trusts this one trusts what the other one signs. PEM, under the other's name and key. It ends
    /// with whichever of the two ends first.
    /// </summary>
    public string CrossSign(RootCa next)
    {
        var request = new CertificateRequest(next.certificate.SubjectName, next.certificate.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: HasKeyIdentifier, includeIssuerAndSerial: !HasKeyIdentifier));
        DateTimeOffset begins = certificate.NotBefore > next.certificate.NotBefore ? certificate.NotBefore : next.certificate.NotBefore;
        DateTimeOffset ends = certificate.NotAfter < next.certificate.NotAfter ? certificate.NotAfter : next.certificate.NotAfter;
        using var crossed = request.Create(certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), begins, ends, RandomNumberGenerator.GetBytes(SerialBytes));
        return crossed.ExportCertificatePem() + "\n";
    }

    /// <summary>Why this certificate cannot be a swarm's root; null where it can.</summary>
    public string? Unfit(TimeProvider clock)
    {
        if (!certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return "it is not a root: another authority has signed it";
        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(basic => basic.CertificateAuthority))
            return "it is not the certificate of an authority (basicConstraints CA:TRUE is missing)";
        if (!HasKeyIdentifier)
            return "it has no subject key identifier";
        var now = clock.GetUtcNow();
        if (now < certificate.NotBefore.ToUniversalTime())
            return $"it is not valid before {certificate.NotBefore.ToUniversalTime():u}";
        return now + UnusedValidityMin > certificate.NotAfter.ToUniversalTime()
            ? $"it ends at {certificate.NotAfter.ToUniversalTime():u}, and a root must be valid for another year at the least"
            : null;
    }

    /// <summary>
    /// Signs a certificate for a node's public key. Only the key is taken from the node; who it is, the managers say. No certificate
    /// outlives the root.
    /// </summary>
    /// <param name="nodeKey">The key.</param>
    /// <param name="subject">Whom it names.</param>
    /// <param name="validity">How long it is valid.</param>
    /// <param name="clock">The time.</param>
    /// <param name="crossSignedPem">This root as the one before it has signed it, for peers that trust only that one; it goes into the certificate.</param>
    public string Issue(PublicKey nodeKey, NodeSubject subject, TimeSpan validity, TimeProvider clock, string? crossSignedPem = null)
    {
        var request = new CertificateRequest(subject.ToName(), nodeKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(ServerAuthentication), new(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(nodeKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (crossSignedPem is not null)
            request.CertificateExtensions.Add(CrossSignature.Extension(crossSignedPem));
        var now = clock.GetUtcNow();
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        DateTimeOffset rootBegins = certificate.NotBefore;
        DateTimeOffset rootEnds = certificate.NotAfter;
        var begins = now - Backdate < rootBegins ? rootBegins : now - Backdate;
        var ends = now + validity > rootEnds ? rootEnds : now + validity;
        using var issued = request.Create(certificate.SubjectName, generator, begins, ends, RandomNumberGenerator.GetBytes(SerialBytes));
        return issued.ExportCertificatePem() + "\n";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }
}
