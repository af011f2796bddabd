using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>This node's part in a swarm while it runs: its log and store, what a leader does, and its agent.</summary>
internal sealed class SwarmSession : IAsyncDisposable
{
    /// <summary>Managers' log traffic has the port after the one they are reached by.</summary>
    private const int RaftPortOffset = 1;

    private readonly NodeIdentity identity;
    private readonly RaftNode raft;
    private readonly NodeListener listener;
    private readonly DockerEngine engine;
    private readonly AgentLoop agent;
    private readonly LoopScope scope = new(CancellationToken.None);
    private readonly TaskCompletionSource<Exception?> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SwarmSession(
        DaemonOptions options, SwarmDirectory directory, NodeFile node, Keyring keyring, NodeIdentity identity,
        SwarmStore store, RaftNode raft, NodeListener listener, Dispatcher dispatcher, TimeProvider clock, ILoggerFactory logging)
    {
        (this.identity, this.raft, this.listener) = (identity, raft, listener);
        Member = new(node.NodeId, IPEndPoint.Parse(node.AdvertiseAddr).Address.ToString(), store);
        engine = new(DaemonOptions.UnixPath("--engine", options.Engine));
        agent = new(Options(options, directory, node, keyring), dispatcher.For(node.NodeId, Member.NodeAddr), engine, clock, logging.CreateLogger<AgentLoop>());
        Logs = new TaskLogs(agent, engine);
    }

    /// <summary>This node in its swarm.</summary>
    public SwarmMember Member { get; }

    /// <summary>The output of this node's tasks.</summary>
    public ITaskLogs Logs { get; }

    /// <summary>Ends with what broke the session, or with nothing once it was stopped.</summary>
    public Task<Exception?> Fault => fault.Task;

    /// <summary>
    /// Starts everything; with <paramref name="found"/> a new swarm is made, and that is its first transaction. Throws
    /// <see cref="SwarmException"/> where files are damaged or an address is taken.
    /// </summary>
    public static async Task<SwarmSession> StartAsync(
        DaemonOptions options, SwarmDirectory directory, NodeFile node, Action<StoreTransaction>? found, TimeProvider clock, ILoggerFactory logging, CancellationToken stop)
    {
        var keyring = Keyring.Open(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
        var identity = NodeIdentity.Load(NodeCertificate.Read(directory.Certificates));
        var store = new SwarmStore(clock, RequestIds());
        var dispatcher = new Dispatcher(store, new(), clock, logging.CreateLogger<Dispatcher>());
        var trust = new PeerTrust(identity, clock);
        var raft = await RaftNode.StartAsync(
            new()
            {
                Directory = directory,
                Store = store,
                Keyring = keyring,
                ListenEndPoint = RaftEndPoint(node.ListenAddr),
                PublicEndPoint = RaftEndPoint(node.AdvertiseAddr),
                Tls = new(trust.Server(NodeRole.Manager), trust.ClientOfManager()),
                ColdStart = found is not null,
                WhileLeading = term => LeadAsync(store, dispatcher, clock, logging, term),
                Logging = logging,
                Clock = clock,
            },
            stop).ConfigureAwait(false);
        NodeListener? listener = null;
        try
        {
            if (found is not null)
                await store.UpdateAsync(found, stop).ConfigureAwait(false);
            listener = await NodeListener.StartAsync(
                new()
                {
                    EndPoint = IPEndPoint.Parse(node.ListenAddr),
                    Trust = trust,
                    Store = store,
                    Leadership = new Leadership(raft),
                    Services = [],
                    Clock = clock,
                    Logging = logging,
                },
                stop).ConfigureAwait(false);
            var session = new SwarmSession(options, directory, node, keyring, identity, store, raft, listener, dispatcher, clock, logging);
            session.Run();
            return session;
        }
        catch
        {
            if (listener is not null)
                await listener.DisposeAsync().ConfigureAwait(false);
            await raft.DisposeAsync().ConfigureAwait(false);
            identity.Dispose();
            throw;
        }
    }

    /// <summary>Waits until this node may be given tasks, or until <paramref name="patience"/> is over: without an engine it never may.</summary>
    public async Task UntilReadyAsync(TimeSpan patience, CancellationToken stop)
    {
        using var feed = Member.Store.Feed.Subscribe(ObjectKind.Node);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop, scope.Stop);
        late.CancelAfter(patience);
        try
        {
            while (Member.Store.Current.Nodes.Find(Member.NodeId)?.Status.State != NodeState.Ready)
                await feed.NextAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The node's status says what it waits for.
        }
    }

    /// <summary>
    /// Stops and removes the containers of this swarm on this node; false where the engine is out of reach, so that they stay.
    /// </summary>
    public async Task<bool> RemoveTasksAsync(CancellationToken stop)
    {
        await scope.DisposeAsync().ConfigureAwait(false);
        try
        {
            await agent.RemoveAllAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (EngineUnreachableException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        fault.TrySetResult(null);
        await scope.DisposeAsync().ConfigureAwait(false);
        await listener.DisposeAsync().ConfigureAwait(false);
        await raft.DisposeAsync().ConfigureAwait(false);
        engine.Dispose();
        identity.Dispose();
    }

    private static AgentOptions Options(DaemonOptions options, SwarmDirectory directory, NodeFile node, Keyring keyring)
    {
        var context = "agent"u8.ToArray();
        return new()
        {
            NodeId = node.NodeId,
            SwarmId = node.SwarmId,
            DataRoot = directory.Root,
            Hostname = options.Hostname,
            Seal = plain => keyring.Seal(plain, context),
            Unseal = message => keyring.Open(message, context),
        };
    }

    /// <summary>The leader's loops; the first one to fail ends the term.</summary>
    private static async Task LeadAsync(SwarmStore store, Dispatcher dispatcher, TimeProvider clock, ILoggerFactory logging, CancellationToken term)
    {
        await using var scope = new LoopScope(term);
        scope.Run("control", new ControlLoop(store, clock, SwarmFounding.NewId, logging.CreateLogger<ControlLoop>()).RunAsync);
        scope.Run("dispatch", dispatcher.RunAsync);
        throw await scope.FirstFault.WaitAsync(term).ConfigureAwait(false);
    }

    private void Run()
    {
        scope.Run("agent", agent.RunAsync);
        _ = WatchAsync();
    }

    private async Task WatchAsync()
    {
        var first = await Task.WhenAny(raft.Completion, scope.FirstFault, listener.Fault).ConfigureAwait(false);
        fault.TrySetResult(first is Task<Exception> loop ? await loop.ConfigureAwait(false) : raft.Completion.Exception?.GetBaseException());
    }

    private static IPEndPoint RaftEndPoint(string address)
    {
        var named = IPEndPoint.Parse(address);
        return new(named.Address, named.Port + RaftPortOffset);
    }

    /// <summary>Who leads, by the addresses that nodes know managers by.</summary>
    private sealed class Leadership(RaftNode raft) : ILeadership
    {
        public bool IsLeader => raft.IsLeader;

        public string? LeaderAddress => raft.Leader is IPEndPoint leader ? new IPEndPoint(leader.Address, leader.Port - RaftPortOffset).ToString() : null;
    }

    /// <summary>Ids that no other process gives: random in the high half, counted in the low one.</summary>
    private static Func<RequestId> RequestIds()
    {
        var high = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var low = 0ul;
        return () => new(high, Interlocked.Increment(ref low));
    }
}
