using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// Lets newcomers in and renews certificates. The leader signs and makes the node known in the same step; other managers name the
/// leader. Which role a newcomer gets, its token says; which one a node has later, the store.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="identity">This manager's certificate.</param>
/// <param name="barrier">Returns when the store has all that was acknowledged before; throws where this manager does not lead.</param>
/// <param name="limit">Bounds attempts with wrong tokens.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class CertificateService(
    SwarmStore store, NodeIdentity identity, Func<CancellationToken, Task> barrier, AttemptLimit limit, TimeProvider clock, ILogger log) : IRpcService
{
    private static readonly NodeRole[] Anyone = [NodeRole.Worker, NodeRole.Manager];

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.Open(CertificateCalls.Root, MessageRules.Nothing, (_, _, _) => Task.FromResult(new RootAnswer(store.Current.Swarm?.TLSInfo?.TrustRoot ?? identity.RootPem)));
        routes.OpenOnLeader(CertificateCalls.Issue, CertificateValidator.Check, IssueAsync);
        routes.UnaryOnLeader(CertificateCalls.Renew, Anyone, CertificateValidator.Check, (caller, asked, stop) => RenewAsync(caller.Subject.NodeId, asked, stop));
    }

    private async Task<IssueAnswer> IssueAsync(NodePeer peer, IssueRequest asked, CancellationToken stop)
    {
        var tokensRole = RoleOf(asked.Token, peer.Address);
        // The same in each try: an answer that was lost with its leader must not leave a node behind that never comes.
        var nodeId = SwarmFounding.IdOf(asked.Request);
        // A node that is known already has its role from the store: another token with the same request is no promotion.
        var role = store.Current.Nodes.Find(nodeId)?.CurrentRole ?? tokensRole;
        var answer = Sign(asked.Request, new(nodeId, role, identity.Subject.SwarmId));
        await store.UpdateAsync(
            tx =>
            {
                if (RemovedNodes.Contains(tx.View.Swarm, nodeId, tx.Now))
                    throw Removed(nodeId, peer.Address);
                if (tx.View.Nodes.Find(nodeId) is null)
                    tx.Put(new Node { Id = nodeId, Spec = new() { Labels = ValueMap<string>.Empty, Role = role, Availability = asked.Availability ?? NodeAvailability.Active }, Role = role });
            },
            stop).ConfigureAwait(false);
        log.CertificateIssued(nodeId, role, peer.Address);
        return answer;
    }

    /// <summary>
    /// The next certificate of a node, in the role that it has at present. A worker's is also the word that the node is no member of the quorum, on
    /// which it gives up its log; so the state is made sure of first.
    /// </summary>
    public async Task<IssueAnswer> RenewAsync(string nodeId, RenewRequest asked, CancellationToken stop)
    {
        await barrier(stop).ConfigureAwait(false);
        var role = store.Current.Nodes.Find(nodeId)?.CurrentRole ?? NodeRole.Worker;
        var answer = Sign(asked.Request, new(nodeId, role, identity.Subject.SwarmId));
        log.CertificateRenewed(nodeId, role);
        return answer;
    }

    private NodeRole RoleOf(string token, string address)
    {
        if (limit.WaitOf(address) is var wait && wait > TimeSpan.Zero)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable, $"Too many wrong join tokens came from {address}. Wait {Math.Ceiling(wait.TotalSeconds)} s, then try again with the right one.");
        }
        var tokens = store.Current.Swarm?.JoinTokens;
        // Both are compared, whichever it is.
        var (worker, manager) = (JoinToken.AreEqual(token, tokens?.Worker ?? ""), JoinToken.AreEqual(token, tokens?.Manager ?? ""));
        if (tokens is not null && (worker || manager))
            return manager ? NodeRole.Manager : NodeRole.Worker;
        limit.Refused(address);
        log.TokenRefused(address);
        throw new SwarmException(
            SwarmErrorCode.InvalidArgument,
            "The join token is not valid: it was changed since, or belongs to another swarm. Ask a manager for the present one: docker swarm join-token worker|manager (Get-SwarmJoinToken).");
    }

    private SwarmException Removed(string nodeId, string address)
    {
        log.RemovedNodeRefused(nodeId, address);
        return new(
            SwarmErrorCode.PermissionDenied,
            $"Node {nodeId} was removed from the swarm, and this request for a certificate is the one it joined by: with it, its old certificate would count again. Join with a new key, as each join makes one: docker swarm join (Join-Swarm), after docker swarm leave (Exit-Swarm) where the node is in the swarm yet.");
    }

    private IssueAnswer Sign(byte[] request, NodeSubject subject)
    {
        var swarm = store.Current.Swarm!;
        using var root = RootChange.Signer(swarm) ?? throw new SwarmException(
            SwarmErrorCode.FailedPrecondition, "This swarm's certificates are signed by an outside authority, which is not asked yet.");
        var key = KeyOf(request);
        var certificate = root.Issue(key, subject, swarm.Spec.CAConfig?.NodeCertExpiry ?? RootCa.DefaultNodeValidity, clock, swarm.Rotation?.CrossSignedPem);
        return new(subject.NodeId, subject.SwarmId, subject.Role, certificate, RootChange.Trusted(swarm) ?? root.CertificatePem, TermsWatch.Managers(store.Current));
    }

    private static PublicKey KeyOf(byte[] request)
    {
        try
        {
            var key = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256).PublicKey;
            using var curve = key.GetECDsaPublicKey();
            if (curve?.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return key;
        }
        catch (CryptographicException)
        {
            // Said below: what exactly is wrong with it is no one's business but that of whoever made it.
        }
        throw SwarmException.Invalid("The request for a certificate is none, or is not signed by its own key, or the key is not ECDSA P-256.");
    }
}
