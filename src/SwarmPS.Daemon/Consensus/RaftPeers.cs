using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// Binds the replicated log's connections to the swarm's managers: a good certificate lets in who is a manager now. The library
/// knows members by address alone and judges a connection once; here those of a node that is a manager no more are broken.
/// </summary>
public sealed class RaftPeers(PeerTrust trust, SwarmStore store)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<WeakReference<SslStream>>> open = [];

    /// <summary>
    /// Whether a leader is heard from, so that the store is about the newest. Without one, a manager that this one has not heard of
    /// yet may be the new leader.
    /// </summary>
    public Func<bool> HearsLeader { get; set; } = static () => false;

    /// <summary>The settings for the log's connections.</summary>
    public RaftTls Tls()
    {
        var (server, client) = (trust.Server(NodeRole.Manager), trust.ClientOfManager());
        (server.RemoteCertificateValidationCallback, client.RemoteCertificateValidationCallback) = (Judge, Judge);
        return new(server, client);
    }

    /// <summary>Breaks the connections of nodes that are managers no more, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Node);
        while (true)
        {
            var batch = await feed.NextAsync(stop).ConfigureAwait(false);
            var concerned = batch.Resync ? Held() : [.. batch.Changes.Where(change => !IsManager(change.New as Node)).Select(change => change.Object.Id)];
            foreach (var nodeId in concerned)
            {
                if (store.Current.Swarm is not null && !IsManager(store.Current.Nodes.Find(nodeId)))
                    Break(nodeId);
            }
        }
    }

    /// <summary>Breaks all connections, so that new ones prove themselves by certificates and roots as they are now.</summary>
    public void Recycle() => Held().ForEach(Break);

    /// <summary>A node that is being demoted takes part until it is taken out of the quorum.</summary>
    internal static bool IsManager(Node? node) => node is { Spec.Role: NodeRole.Manager } or { ManagerStatus: not null };

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!trust.Accepts(certificate, NodeRole.Manager) || !NodeSubject.TryRead((X509Certificate2)certificate!, out var subject) || !IsAdmitted(subject.NodeId))
            return false;
        if (sender is SslStream stream)
            Hold(subject.NodeId, stream);
        return true;
    }

    private bool IsAdmitted(string nodeId)
    {
        var state = store.Current;
        return state.Nodes.Find(nodeId) is { } node ? IsManager(node) : state.Swarm is null || !HearsLeader();
    }

    private void Hold(string nodeId, SslStream stream)
    {
        lock (gate)
        {
            if (!open.TryGetValue(nodeId, out var held))
                open.Add(nodeId, held = []);
            held.RemoveAll(old => !old.TryGetTarget(out _));
            held.Add(new(stream));
        }
    }

    private List<string> Held()
    {
        lock (gate)
            return [.. open.Keys];
    }

    private void Break(string nodeId)
    {
        List<WeakReference<SslStream>>? held;
        lock (gate)
            open.Remove(nodeId, out held);
        foreach (var reference in held ?? [])
        {
            if (reference.TryGetTarget(out var stream))
                stream.Dispose();
        }
    }
}
