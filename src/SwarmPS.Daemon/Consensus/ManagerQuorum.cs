using System.Net;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>This manager among the others: its part in the quorum, the way to the leader, and what it answers other managers.</summary>
internal sealed class ManagerQuorum : IAsyncDisposable
{
    private readonly QuorumOptions options;
    private readonly RaftPeers peers;
    private readonly ConnectionRecycling recycling;
    private readonly AutolockLoop autolock;

    private ManagerQuorum(QuorumOptions options, RaftPeers peers, RaftNode raft)
    {
        (this.options, this.peers, Raft) = (options, peers, raft);
        (peers.IsCurrent, peers.IsNamed) = (() => raft.IsCurrent, options.IsNamed);
        raft.BecameCurrent += peers.LookAgain;
        recycling = new(options.NodeId, options.Store, peers.Recycle, options.Clock);
        autolock = new(
            options.Store, () => raft.IsCurrent, options.Keyring, options.Directory, options.SealNodeKey, options.Logging.CreateLogger<AutolockLoop>());
        raft.BecameCurrent += autolock.LookAgain;
        Link = new(raft, options.Store, options.Channels, options.Clock);
        Services =
        [
            new ForwardingService(raft, options.Store, options.Forwarded),
            new ManagerService(raft, options.Store, options.Keyring, options.Clock, options.Logging.CreateLogger<ManagerService>()),
        ];
    }

    /// <summary>The replicated log.</summary>
    public RaftNode Raft { get; }

    /// <summary>The way to the leader.</summary>
    public LeaderLink Link { get; }

    /// <summary>What nodes' listener has to answer.</summary>
    public IReadOnlyList<IRpcService> Services { get; }

    /// <summary>
    /// Fetches the swarm's keys from the leader into this node's keyring, as a manager must before it joins. Throws <see cref="SwarmException"/>.
    /// </summary>
    public static async Task<Keyring> FetchKeyringAsync(SwarmDirectory directory, ManagerChannels channels, IEnumerable<string> managers, CancellationToken stop)
    {
        var answer = await channels.AskLeaderAsync(managers, (manager, cancel) => manager.AskAsync(ManagerCalls.Keys, new KeysRequest(), cancel), stop).ConfigureAwait(false);
        directory.Create();
        return Keyring.Import(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile), answer.Keys);
    }

    /// <summary>Starts this manager's part. Throws <see cref="SwarmException"/> where files are damaged or an address is taken.</summary>
    public static async Task<ManagerQuorum> StartAsync(QuorumOptions options, CancellationToken stop)
    {
        var peers = new RaftPeers(options.Trust, options.Store) { IsNamed = options.IsNamed };
        ManagerQuorum? quorum = null;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var raft = await RaftNode.StartAsync(
            options.Raft(new()
            {
                Directory = options.Directory,
                Store = options.Store,
                Keyring = options.Keyring,
                ListenEndPoint = RaftAddress.Of(options.ListenAddr),
                PublicEndPoint = RaftAddress.Of(options.AdvertiseAddr),
                Tls = peers.Tls(),
                ColdStart = options.Founding,
                Joining = options.JoinedAfter is not null,
                JoinedAfter = options.JoinedAfter ?? 0,
                JoinedTo = [.. options.JoinedTo.Select(IPEndPoint.Parse)],
                ForceNewQuorum = options.ForceNewQuorum,
                WhileLeading = async term =>
                {
                    await started.Task.WaitAsync(term).ConfigureAwait(false);
                    await quorum!.LeadAsync(term).ConfigureAwait(false);
                },
                Logging = options.Logging,
                Clock = options.Clock,
            }),
            stop).ConfigureAwait(false);
        quorum = new(options, peers, raft);
        started.SetResult();
        return quorum;
    }

    /// <summary>
    /// Has the leader take this manager in; it must listen already. Returns once it votes. Throws <see cref="SwarmException"/>; whether it is taken in
    /// then is not known, and it is to be asked again.
    /// </summary>
    public Task JoinAsync(IEnumerable<string> managers, CancellationToken stop) => options.Channels.AskLeaderAsync(
        managers, (manager, cancel) => manager.AskAsync(ManagerCalls.Join, new JoinRequest(options.AdvertiseAddr), cancel), stop);

    /// <summary>
    /// Has the leader make this node a worker and take it out of the quorum; returns when it is out. Throws <see cref="SwarmException"/>:
    /// FailedPrecondition for the last manager and where the others were no quorum, Unavailable where there is no leader.
    /// </summary>
    public Task LeaveAsync(IEnumerable<string> managers, CancellationToken stop) => options.Channels.AskLeaderAsync(
        [Link.LeaderAddress ?? options.AdvertiseAddr, .. options.Store.Current.Nodes.All.Select(node => node.ManagerStatus?.Addr).OfType<string>(), .. managers],
        (manager, cancel) => manager.AskAsync(ManagerCalls.Leave, new LeaveRequest(), cancel),
        stop,
        options.Clock);

    /// <summary>Has the log's connections made anew by the present certificate and roots, when it is this manager's turn.</summary>
    public void Recycle() => recycling.Ask();

    /// <summary>Breaks connections of nodes that are managers no more and those of an old certificate, and keeps the keyring locked as the swarm wants it, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var scope = new LoopScope(stop);
        scope.Run("manager connections", peers.RunAsync);
        scope.Run("recycled connections", recycling.RunAsync);
        scope.Run("autolock", autolock.RunAsync);
        throw await scope.FirstFault.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Link.Dispose();
        await Raft.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The first loop to fail ends the term.</summary>
    private async Task LeadAsync(CancellationToken term)
    {
        await using var scope = new LoopScope(term);
        scope.Run("managers", new ManagerLoop(Raft, options.Store, options.Clock, options.Logging.CreateLogger<ManagerLoop>()).RunAsync);
        scope.Run("leader", options.WhileLeading);
        throw await scope.FirstFault.WaitAsync(term).ConfigureAwait(false);
    }
}
