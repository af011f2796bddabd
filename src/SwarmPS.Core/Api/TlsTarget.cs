using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmPS.Api;

/// <summary>Another machine's daemon that is reached by TCP; both sides prove who they are by certificates.</summary>
/// <param name="Host">The name or address, which the daemon's certificate must be for.</param>
/// <param name="Port">Its port.</param>
/// <param name="Certificates">The folder with <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>.</param>
public sealed record TlsTarget(string Host, int Port, string Certificates)
{
    /// <summary>Where a daemon with certificates listens unless told otherwise.</summary>
    public const int PortDefault = 2376;

    /// <summary>Environment variables that name the folder of certificates, the first that is set.</summary>
    public static readonly IReadOnlyList<string> Variables = ["SWARMPS_CERT_PATH", "DOCKER_CERT_PATH"];

    private const string Scheme = "tcp://";

    /// <summary>Reads an address. Throws <see cref="FormatException"/> where one that begins as such is wrong.</summary>
    internal static bool TryParse(string address, string? certificates, [NotNullWhen(true)] out TlsTarget? target)
    {
        target = null;
        if (!address.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0 || uri.PathAndQuery is not ("" or "/"))
            throw new FormatException($"'{address}' is not the address of a machine. Give it as tcp://host:{PortDefault}.");
        target = new(uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : PortDefault, certificates ?? CertificatesDefault());
        return true;
    }

    /// <summary>Connects. Throws <see cref="AuthenticationException"/> where a certificate is missing or not trusted, with the reason.</summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken stop)
    {
        using var own = Own();
        var issuers = Read("ca.pem", Issuers);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Host, Port, stop).ConfigureAwait(false);
            string? refusal = null;
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            try
            {
                await stream.AuthenticateAsClientAsync(Options(own, issuers, why => refusal = why), stop).ConfigureAwait(false);
            }
            catch (AuthenticationException) when (refusal is not null)
            {
                throw new AuthenticationException(refusal);
            }
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Options(X509Certificate2 own, X509Certificate2Collection issuers, Action<string> refuse) => new()
    {
        TargetHost = Host,
        ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
        CertificateChainPolicy = Trusting(issuers),
        RemoteCertificateValidationCallback = (_, _, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None)
                return true;
            refuse(errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                ? $"its certificate is for another name than {Host}; give the name or address that it was made for"
                : $"its certificate is not trusted by {Path("ca.pem")} ({string.Join(", ", chain!.ChainStatus.Select(status => status.StatusInformation.TrimEnd('.', '\n', ' ')).Distinct())})");
            return false;
        },
    };

    private static X509ChainPolicy Trusting(X509Certificate2Collection issuers)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(issuers);
        return policy;
    }

    private X509Certificate2 Own() => Read("cert.pem", certificate => Read("key.pem", key => X509Certificate2.CreateFromPem(certificate, key)));

    private static X509Certificate2Collection Issuers(string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        return all.Count > 0 ? all : throw new CryptographicException("it has no certificate");
    }

    private T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(File.ReadAllText(Path(file)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AuthenticationException(
                $"{Path(file)} cannot be used: {fault.Message.TrimEnd('.')}. Name the folder with ca.pem, cert.pem and key.pem by -CertificatePath or $env:{Variables[0]}", fault);
        }
    }

    private string Path(string file) => System.IO.Path.Combine(Certificates, file);

    private static string CertificatesDefault() =>
        Variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(path => !string.IsNullOrEmpty(path))
        ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
