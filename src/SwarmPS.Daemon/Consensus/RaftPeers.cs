using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
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

    private readonly Channel<bool> current = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Whether the store is that of the present leader. A store that is read again from the log, or of a manager that was away, may have a
    /// node as a worker that is the leader by now: nobody is refused by it.
    /// </summary>
    public Func<bool> IsCurrent { get; set; } = static () => false;

    /// <summary>Whether a leader has named a node as a manager: who is let in while the store is not current.</summary>
    public Func<string, bool> IsNamed { get; set; } = static _ => false;

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
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(feed.WaitAsync(either.Token), current.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            current.Reader.TryRead(out _);
            feed.TryNext();
            foreach (var nodeId in Held().Where(nodeId => !IsAdmitted(nodeId)))
                Break(nodeId);
        }
    }

    /// <summary>Has the connections looked at again, since the store has become current.</summary>
    public void LookAgain() => current.Writer.TryWrite(true);

    /// <summary>Breaks all connections, so that new ones prove themselves by certificates and roots as they are now.</summary>
    public void Recycle() => Held().ForEach(Break);

    /// <summary>A node that is being demoted takes part until it is taken out of the quorum.</summary>
    internal static bool IsManager(Node? node) => node is { CurrentRole: NodeRole.Manager };

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!trust.Accepts(certificate, NodeRole.Manager) || !NodeSubject.TryRead((X509Certificate2)certificate!, out var subject) || !IsAdmitted(subject.NodeId))
            return false;
        if (sender is SslStream stream)
            Hold(subject.NodeId, stream);
        return true;
    }

    private bool IsAdmitted(string nodeId) => Admits(store.Current, nodeId, IsCurrent(), IsNamed);

    /// <summary>Whether a node with a manager's certificate may take part. Pure.</summary>
    internal static bool Admits(Snapshot state, string nodeId, bool isCurrent, Func<string, bool> isNamed) =>
        IsManager(state.Nodes.Find(nodeId)) || (!isCurrent && isNamed(nodeId));

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
