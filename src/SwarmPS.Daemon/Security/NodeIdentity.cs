using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// This node's certificate and key, and the roots it trusts. The certificate can be replaced while connections are made: each
/// handshake takes the present one.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    private volatile Present present;

    private NodeIdentity(Present present) => this.present = present;

    /// <summary>The roots this node trusts, PEM.</summary>
    public string RootPem => present.RootPem;

    /// <summary>Whom the certificate names.</summary>
    public NodeSubject Subject => present.Subject;

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Certificate => present.Certificate;

    /// <summary>What this node tells of its trust: its roots, and which of them has signed its certificate.</summary>
    public TlsInfo TrustInfo => present.TrustInfo;

    /// <summary>Makes a key and has the swarm's own authority sign for it, as on the first manager.</summary>
    public static (NodeIdentity Identity, NodeCertificate Files) Create(RootCa root, NodeSubject subject, TimeSpan validity, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var files = new NodeCertificate(root.Issue(new PublicKey(key), subject, validity, clock), key.ExportPkcs8PrivateKeyPem(), root.CertificatePem);
        return (Load(files), files);
    }

    /// <summary>An identity from its files. Throws <see cref="SwarmException"/> where they are damaged.</summary>
    public static NodeIdentity Load(NodeCertificate files) => new(Read(files));

    /// <summary>
    /// Goes over to another certificate from the next handshake on; connections that are open stay. The old one is left to them.
    /// Throws <see cref="SwarmException"/> where the files are damaged, and nothing changes.
    /// </summary>
    public void Replace(NodeCertificate files) => present = Read(files);

    /// <inheritdoc/>
    public void Dispose() => present.Certificate.Dispose();

    private static Present Read(NodeCertificate files)
    {
        try
        {
            using var parsed = X509Certificate2.CreateFromPem(files.CertificatePem, files.KeyPem);
            var subject = SubjectOf(parsed);
            if (!IssuedCertificate.HasRoots(files.RootPem))
                throw Damaged("no root certificate is there to trust", null);
            // Whether it is valid now is judged when it is shown: an expired one is not damaged.
            if (!IssuedCertificate.IsIssued(parsed, files.RootPem, at: null))
                throw Damaged("none of the root certificates has issued the node's certificate", null);
            // TLS on some systems needs a key that came by PKCS#12.
            return new(X509CertificateLoader.LoadPkcs12(parsed.Export(X509ContentType.Pkcs12), null), files.RootPem, subject, TrustOf(parsed, files.RootPem));
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw Damaged(fault.Message.TrimEnd('.'), fault);
        }
    }

    /// <summary>Whom a certificate names. Throws <see cref="SwarmException"/> where it is no certificate of a node.</summary>
    internal static NodeSubject ReadSubject(string certificatePem)
    {
        try
        {
            using var parsed = X509Certificate2.CreateFromPem(certificatePem);
            return SubjectOf(parsed);
        }
        catch (CryptographicException fault)
        {
            throw Damaged(fault.Message.TrimEnd('.'), fault);
        }
    }

    private static NodeSubject SubjectOf(X509Certificate2 certificate) =>
        NodeSubject.TryRead(certificate, out var subject) ? subject : throw Damaged("the certificate names no node of a swarm", null);

    private static TlsInfo TrustOf(X509Certificate2 certificate, string rootPem)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(rootPem);
        var wanted = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier ?? default;
        var issuer = roots.FirstOrDefault(root =>
            root.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes.Span.SequenceEqual(wanted.Span) == true);
        var info = new TlsInfo(
            rootPem,
            Convert.ToBase64String(certificate.IssuerName.RawData),
            issuer is null ? null : Convert.ToBase64String(issuer.PublicKey.ExportSubjectPublicKeyInfo()));
        foreach (var root in roots)
            root.Dispose();
        return info;
    }

    private static SwarmException Damaged(string how, Exception? fault) => new(
        SwarmErrorCode.FailedPrecondition,
        $"The node's identity is damaged (swarm-node.crt, swarm-node.key and swarm-root-ca.crt in 'certificates' of the data root): {how}. Put back a copy of that folder, or leave the swarm by force and join again.",
        fault);

    /// <summary>What belongs together, so that it changes together.</summary>
    private sealed record Present(X509Certificate2 Certificate, string RootPem, NodeSubject Subject, TlsInfo TrustInfo);
}

/// <summary>What a node keeps of its identity, each PEM.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">Its key, which may be sealed on the disk (<see cref="SealedKey"/>).</param>
/// <param name="RootPem">The roots to trust.</param>
public sealed record NodeCertificate(string CertificatePem, string KeyPem, string RootPem)
{
    private const string CertificateFile = "swarm-node.crt";
    private const string KeyFile = "swarm-node.key";
    private const string RootFile = "swarm-root-ca.crt";
    private const string NextFile = "swarm-node.next";
    private const string CertificateLabel = "CERTIFICATE";
    private const string KeyLabel = "PRIVATE KEY";

    /// <summary>Never the key: this text may end up in a log.</summary>
    public override string ToString() => "NodeCertificate { … }";

    /// <summary>Reads the files of a folder, which may be replaced meanwhile. Throws <see cref="SwarmException"/> where one is missing or damaged.</summary>
    public static NodeCertificate Read(string folder)
    {
        var next = Path.Combine(folder, NextFile);
        while (true)
        {
            if (TryReadFile(next, out _) is { } whole)
                return ReadNext(whole);
            var certificate = new NodeCertificate(ReadFile(folder, CertificateFile), ReadFile(folder, KeyFile), ReadFile(folder, RootFile));
            // The certificate is replaced last: where it is the same, so are the others.
            if (!File.Exists(next) && certificate.CertificatePem == ReadFile(folder, CertificateFile))
                return certificate;
        }
    }

    /// <summary>Whether a replacement of the files has begun and not ended.</summary>
    public static bool IsBeingReplaced(string folder) => File.Exists(Path.Combine(folder, NextFile));

    /// <summary>Whom the certificate names; the key is not needed for that. Throws <see cref="SwarmException"/> where it is damaged.</summary>
    public NodeSubject ReadSubject() => NodeIdentity.ReadSubject(CertificatePem);

    /// <summary>Writes the files, each whole or not at all, by <paramref name="write"/>; the key first, so that no certificate stands without one.</summary>
    public void Write(string folder, Action<string, string> write)
    {
        write(Path.Combine(folder, KeyFile), DigestedText.SealLines(KeyPem));
        write(Path.Combine(folder, RootFile), DigestedText.SealLines(RootPem));
        write(Path.Combine(folder, CertificateFile), DigestedText.SealLines(CertificatePem));
    }

    /// <summary>
    /// Writes the files over those of an earlier certificate. All of it stands in one file first, which counts while it is there: a
    /// crash leaves the old certificate with its key, or the new one with its own.
    /// </summary>
    public void Replace(string folder, Action<string, string> write)
    {
        var next = Path.Combine(folder, NextFile);
        write(next, DigestedText.SealLines(CertificatePem + KeyPem + "\n" + RootPem));
        Write(folder, write);
        File.Delete(next);
    }

    /// <summary>The first certificate is the node's, the others are the roots.</summary>
    private static NodeCertificate ReadNext(string text)
    {
        List<string> certificates = [];
        var key = "";
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var part); rest = rest[part.Location.End..])
        {
            var label = rest[part.Label];
            var pem = rest[part.Location].ToString() + "\n";
            if (label.SequenceEqual(CertificateLabel))
                certificates.Add(pem);
            else if (label.SequenceEqual(KeyLabel) || label.SequenceEqual(SealedKey.Label))
                key = pem;
        }
        return new(certificates.FirstOrDefault() ?? "", key, string.Concat(certificates.Skip(1)));
    }

    private static string ReadFile(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return TryReadFile(path, out var fault)
            ?? throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"{path} is missing. Put back a copy of it, or leave the swarm by force and join again.", fault);
    }

    private static string? TryReadFile(string path, out Exception? missing)
    {
        missing = null;
        try
        {
            return DigestedText.OpenPem(File.ReadAllText(path));
        }
        catch (InvalidDataException damage)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"{path} is damaged: {damage.Message}. Put back a copy of the folder 'certificates', or leave the swarm by force and join again.",
                damage);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            missing = fault;
            return null;
        }
    }
}
