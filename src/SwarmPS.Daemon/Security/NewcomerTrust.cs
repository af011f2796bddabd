using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// How a node comes by its first certificate. The root is fetched from whoever answers and believed only if it is the one that the
/// token names; the token itself goes to nobody but a manager whom that root vouches for.
/// </summary>
internal static class NewcomerTrust
{
    /// <summary>Asks to be let in. Throws <see cref="SwarmException"/> with the reason of every kind of failure.</summary>
    /// <param name="remotes">Where managers may be: <c>IP:PORT</c>.</param>
    /// <param name="token">The join token.</param>
    /// <param name="availability">Whether tasks may be placed on the node.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<(IssueAnswer Answer, NodeCertificate Files)> JoinAsync(
        IReadOnlyList<string> remotes, string token, NodeAvailability? availability, TimeProvider clock, CancellationToken stop)
    {
        var root = await FetchRootAsync(remotes, token, stop).ConfigureAwait(false);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var channels = new ManagerChannels(PeerTrust.OfNewcomer(root, clock));
        var request = new IssueRequest(RequestFor(key), token, availability);
        var answer = await channels.AskLeaderAsync(remotes, (manager, cancel) => manager.AskAsync(CertificateCalls.Issue, request, cancel), stop, clock).ConfigureAwait(false);
        return (answer, new(answer.CertificatePem, key.ExportPkcs8PrivateKeyPem(), answer.RootPem));
    }

    /// <summary>A request for a certificate for a key, DER.</summary>
    public static byte[] RequestFor(ECDsa key) => new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    private static async Task<string> FetchRootAsync(IReadOnlyList<string> remotes, string token, CancellationToken stop)
    {
        List<string> failures = [];
        foreach (var address in remotes)
        {
            using var channel = new ManagerChannel(address, Unverified(), () => null);
            try
            {
                var root = (await channel.AskAsync(CertificateCalls.Root, new(), stop).ConfigureAwait(false)).RootPem;
                if (JoinToken.Names(token, root))
                    return root;
                throw new SwarmException(
                    SwarmErrorCode.InvalidArgument,
                    $"The manager at {address} belongs to another swarm than the join token, or its root certificate was changed since: the digests differ. Check the address, and ask a manager for the present token: docker swarm join-token worker|manager (Get-SwarmJoinToken).");
            }
            catch (SwarmException failure) when (failure.Code is SwarmErrorCode.Unavailable or SwarmErrorCode.Unimplemented)
            {
                failures.Add(failure.Message);
            }
        }
        throw new SwarmException(SwarmErrorCode.Unavailable, string.Join(" ", failures));
    }

    /// <summary>Nothing secret goes over this connection, and what comes is checked against the token.</summary>
    private static SslClientAuthenticationOptions Unverified() => new()
    {
        TargetHost = PeerTrust.ManagerName,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };
}
