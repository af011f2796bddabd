using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmPS.Cmdlets.Tests;

/// <summary>A root certificate as a swarm shows it.</summary>
internal static class Certificates
{
    public const string Subject = "CN=swarm-ca";

    public static readonly DateTimeOffset From = DateTimeOffset.UnixEpoch.AddDays(20000);

    /// <summary>PEM.</summary>
    public static string Root { get; } = Make();

    private static string Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(From, From.AddYears(20));
        return certificate.ExportCertificatePem();
    }
}
