using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>Whether the other end of a connection is a node of this swarm in the role that is asked for, and the TLS settings that ask.</summary>
public sealed class PeerTrust
{
    /// <summary>The name that managers are addressed by in TLS; whom one talks to, the certificate's subject says.</summary>
    internal const string ManagerName = "swarm-manager";

    private readonly TimeProvider clock;
    private readonly NodeIdentity? identity;
    private readonly string? onlyRoot;

    /// <summary>The trust of a node of the swarm.</summary>
    public PeerTrust(NodeIdentity identity, TimeProvider clock) => (this.identity, this.clock) = (identity, clock);

    private PeerTrust(string rootPem, TimeProvider clock) => (onlyRoot, this.clock) = (rootPem, clock);

    /// <summary>The trust of a node that has no certificate yet, but knows the root.</summary>
    public static PeerTrust OfNewcomer(string rootPem, TimeProvider clock) => new(rootPem, clock);

    /// <summary>This node's certificate, with its key.</summary>
    internal X509Certificate2? Certificate => identity?.Certificate;

    /// <summary>Whether a certificate was issued by a trusted root, is valid now, and names a node of this swarm with one of the roles.</summary>
    public bool Accepts(X509Certificate? presented, params ReadOnlySpan<NodeRole> roles) => Refusal(presented, roles) is null;

    /// <summary>
    /// Why a certificate is refused, in words that follow a colon; null where it was issued by a trusted root, is valid now, and
    /// names a node of this swarm.
    /// </summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="subject">Whom it names, where it names anyone.</param>
    public string? Judge(X509Certificate2 certificate, out NodeSubject? subject)
    {
        if (!NodeSubject.TryRead(certificate, out subject))
            return "it names no node of a swarm";
        if (identity is not null && subject.SwarmId != identity.Subject.SwarmId)
            return "it belongs to another swarm";
        var now = clock.GetUtcNow();
        if (now < certificate.NotBefore.ToUniversalTime())
            return $"it is valid from {certificate.NotBefore.ToUniversalTime():u}, and here it is {now:u}; the clocks differ: set them right on both machines";
        if (now > certificate.NotAfter.ToUniversalTime())
            return $"it expired at {certificate.NotAfter.ToUniversalTime():u}, and here it is {now:u}; set the clocks right if they differ, else let the node leave the swarm and join again";
        return IssuedCertificate.IsIssued(certificate, onlyRoot ?? identity!.RootPem, now) ? null : "no authority that is trusted here has issued it";
    }

    /// <summary>Settings to listen by: only the named roles come in.</summary>
    public SslServerAuthenticationOptions Server(params NodeRole[] roles) => new()
    {
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ServerCertificateSelectionCallback = (_, _) => Certificate!,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Accepts(certificate, roles),
    };

    /// <summary>Settings to call a manager by.</summary>
    /// <param name="refused">Hears why a certificate was refused, and null where it was not.</param>
    public SslClientAuthenticationOptions ClientOfManager(Action<string?>? refused = null) => new()
    {
        TargetHost = ManagerName,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate!,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            var refusal = Refusal(certificate, NodeRole.Manager);
            refused?.Invoke(refusal);
            return refusal is null;
        },
    };

    /// <summary>Settings between managers, for the replicated log.</summary>
    public RaftTls BetweenManagers() => new(Server(NodeRole.Manager), ClientOfManager());

    private string? Refusal(X509Certificate? presented, params ReadOnlySpan<NodeRole> roles)
    {
        if (presented is not X509Certificate2 certificate)
            return "no certificate was shown";
        return Judge(certificate, out var subject) ?? (roles.Contains(subject!.Role) ? null : $"it names a {subject.Role.ToString().ToLowerInvariant()}");
    }
}
