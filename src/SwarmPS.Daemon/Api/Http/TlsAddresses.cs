using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SwarmPS.Daemon.Composition;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>
/// Lets the API listen on TCP, for clients that show a certificate of one authority. Whoever reaches the API has the machine, so there
/// is no TCP without certificates.
/// </summary>
internal static class TlsAddresses
{
    private const string Scheme = "tcp://";

    private static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(10);

    /// <summary>Splits where the API should listen. Throws <see cref="ConfigurationException"/> for what cannot be.</summary>
    public static (IReadOnlyList<string> Sockets, IReadOnlyList<IPEndPoint> Addresses) Split(DaemonOptions options)
    {
        var addresses = options.Hosts.Where(host => host.StartsWith(Scheme, StringComparison.Ordinal)).Select(Parse).ToList();
        if (addresses.Count > 0 && options.Certificate is null)
            throw new ConfigurationException(
                $"--host {Scheme}{addresses[0]}: whoever reaches the API has this machine, so TCP needs certificates. Give --tlscacert, --tlscert and --tlskey, or let clients come by ssh://, which needs nothing here.");
        return ([.. options.Hosts.Where(host => !host.StartsWith(Scheme, StringComparison.Ordinal)).Select(host => DaemonOptions.UnixPath("--host", host))], addresses);
    }

    /// <summary>Adds the addresses to a server. Throws <see cref="ConfigurationException"/> where the certificate cannot be used.</summary>
    public static void Listen(KestrelServerOptions kestrel, IReadOnlyList<IPEndPoint> addresses, ApiCertificate certificate, Action<ListenOptions> then)
    {
        var own = Read(certificate.Certificate, pem => Read(certificate.Key, key => X509Certificate2.CreateFromPem(pem, key)));
        var options = new SslServerAuthenticationOptions
        {
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ServerCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
            CertificateChainPolicy = Trusting(Read(certificate.Authority, Authorities)),
        };
        // The server's TLS part finds its own parts in a container only.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        kestrel.ApplicationServices = builder.Build().Services;
        foreach (var address in addresses)
        {
            kestrel.Listen(address, listen =>
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeMax, OnConnection = _ => ValueTask.FromResult(options) });
                then(listen);
            });
        }
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection Authorities(string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        return all.Count > 0 ? all : throw new CryptographicException("it has no certificate");
    }

    private static T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{file} cannot be used: {fault.Message.TrimEnd('.')}. Give --tlscacert, --tlscert and --tlskey as PEM files.", fault);
        }
    }

    private static IPEndPoint Parse(string host) => IPEndPoint.TryParse(host[Scheme.Length..], out var address) && address.Port > 0
        ? address
        : throw new ConfigurationException($"--host {host}: give an address of this machine and a port, as tcp://0.0.0.0:2376.");
}
