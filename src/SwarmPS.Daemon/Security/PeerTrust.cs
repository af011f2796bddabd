using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>Whether the other end of a connection is a node of this swarm in the role that is asked for, and the TLS settings that ask.</summary>
public sealed class PeerTrust(NodeIdentity identity, TimeProvider clock)
{
    /// <summary>The name that managers are addressed by in TLS; whom one talks to, the certificate's subject says.</summary>
    private const string ManagerName = "swarm-manager";

    /// <summary>Whether a certificate was issued by a trusted root, is valid now, and names a node of this swarm with one of the roles.</summary>
    public bool Accepts(X509Certificate? presented, params ReadOnlySpan<NodeRole> roles)
    {
        if (presented is not X509Certificate2 certificate || !NodeSubject.TryRead(certificate, out var subject))
            return false;
        return subject.SwarmId == identity.Subject.SwarmId && roles.Contains(subject.Role) && IsIssued(certificate);
    }

    /// <summary>Settings to listen by: only the named roles come in.</summary>
    public SslServerAuthenticationOptions Server(params NodeRole[] roles) => new()
    {
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ServerCertificateSelectionCallback = (_, _) => identity.Certificate,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Accepts(certificate, roles),
    };

    /// <summary>Settings to call a manager by.</summary>
    public SslClientAuthenticationOptions ClientOfManager() => new()
    {
        TargetHost = ManagerName,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Accepts(certificate, NodeRole.Manager),
    };

    /// <summary>Settings between managers, for the replicated log.</summary>
    public RaftTls BetweenManagers() => new(Server(NodeRole.Manager), ClientOfManager());

    private bool IsIssued(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(identity.RootPem);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }
}
