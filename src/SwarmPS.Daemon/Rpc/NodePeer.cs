using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using SwarmPS.Daemon.Security;

namespace SwarmPS.Daemon.Rpc;

/// <summary>The other end of a connection. Its certificate's issue is judged once; whether it is still valid, at each call.</summary>
/// <param name="Address">Where it speaks from.</param>
/// <param name="Subject">Whom its certificate names; null without one, or with one that is refused.</param>
/// <param name="NotAfter">When the certificate ends.</param>
/// <param name="Refusal">Why the certificate is refused; null where it is not.</param>
internal sealed record NodePeer(string Address, NodeSubject? Subject, DateTimeOffset NotAfter, string? Refusal)
{
    /// <summary>Judges a connection that has come in.</summary>
    public static NodePeer Of(ConnectionContext connection, PeerTrust trust)
    {
        var address = connection.RemoteEndPoint is IPEndPoint { Address: var ip } ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : "";
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not X509Certificate2 certificate)
            return new(address, null, default, "no certificate was shown");
        var refusal = trust.Judge(certificate, out var subject);
        return new(address, refusal is null ? subject : null, certificate.NotAfter.ToUniversalTime(), refusal);
    }
}

/// <summary>A node whose call was let in.</summary>
/// <param name="Subject">Who it is.</param>
/// <param name="Address">Where it speaks from.</param>
internal sealed record NodeCaller(NodeSubject Subject, string Address);
