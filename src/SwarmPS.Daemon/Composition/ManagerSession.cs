using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>A manager's part in a swarm: its log and store, what nodes and a leader need, and its agent.</summary>
internal sealed class ManagerSession : ISwarmSession
{
    private static readonly TimeSpan GoodbyeMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly ManagerParts parts;
    private readonly NodeListener listener;
    private readonly NodeAgent agent;
    private readonly TaskAccess access;
    private readonly TermsWatch terms;
    private readonly LoopScope scope = new(CancellationToken.None);
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly TaskCompletionSource roleChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int disposed;

    private ManagerSession(ManagerParts parts, NodeListener listener, NodeAgent agent, NodeStreams streams, TermsWatch terms, TimeProvider clock, ILogger log)
    {
        access = new(parts.Store, parts.Node.NodeId, agent.Logs, agent.Processes, streams);
        Checks = new NodeNetworkChecks(parts.Node.NodeId, agent.Checks, streams);
        (this.parts, this.listener, this.agent, this.terms, this.clock, this.log) = (parts, listener, agent, terms, clock, log);
        Member = new(parts.Node.NodeId, parts.Address, parts.Store) { Quorum = parts.Quorum.Link, Events = new(parts.Store, clock) };
    }

    /// <inheritdoc/>
    public SwarmMember Member { get; }

    /// <inheritdoc/>
    public bool IsManager => true;

    /// <inheritdoc/>
    public ITaskLogs Logs => access;

    /// <inheritdoc/>
    public ITaskProcesses Processes => access;

    /// <inheritdoc/>
    public INetworkChecks Checks { get; }

    /// <inheritdoc/>
    public Task<Exception?> Fault => fault.Task;

    /// <summary>Renews the certificate.</summary>
    public required CertificateRenewal Renewal { get; init; }

    /// <inheritdoc/>
    public Task RoleChanged => roleChanged.Task;

    /// <summary>Starts everything. Throws <see cref="SwarmException"/> where files are damaged or an address is taken.</summary>
    public static async Task<ManagerSession> StartAsync(
        DaemonOptions options, SwarmDirectory directory, NodeFile node, ManagerEntry entry, TimeProvider clock, ILoggerFactory logging, CancellationToken stop)
    {
        var parts = await ManagerParts.OpenAsync(directory, node, entry, clock, logging, stop).ConfigureAwait(false);
        NodeListener? listener = null;
        NodeAgent? agent = null;
        try
        {
            if (entry.Found is { } found)
                await parts.Store.UpdateAsync(found, stop).ConfigureAwait(false);
            var remote = new RemoteDispatcher(parts.Channels, parts.Managers, parts.Address, clock, logging.CreateLogger<RemoteDispatcher>()) { TrustInfo = () => parts.Identity.TrustInfo };
            var dispatcher = new ManagerDispatcher(parts, parts.Dispatcher.For(node.NodeId, parts.Address), remote, parts.Managers);
            var terms = new TermsWatch(parts.Store, new());
            var streams = new NodeStreams(node.AdvertiseAddr, parts.CallNodeAsync, parts.Dispatcher, clock);
            var certificates = new CertificateService(parts.Store, parts.Identity, new(clock), clock, logging.CreateLogger<CertificateService>());
            listener = await NodeListener.StartAsync(
                new()
                {
                    EndPoint = IPEndPoint.Parse(node.ListenAddr),
                    Trust = parts.Trust,
                    Store = parts.Store,
                    Leadership = parts,
                    Services = [certificates, new DispatcherService(parts.Dispatcher, terms, clock), streams, .. parts.Quorum.Services],
                    Clock = clock,
                    Logging = logging,
                },
                stop).ConfigureAwait(false);
            if (entry.Joining)
                await parts.AskLeaderAsync((leader, cancel) => leader.AskAsync(ManagerCalls.Join, new(node.AdvertiseAddr), cancel), stop).ConfigureAwait(false);
            agent = new(options, directory, node, dispatcher, parts.Channels, clock, logging);
            ManagerSession? session = null;
            var renewal = new CertificateRenewal(
                parts.Identity, directory, (request, cancel) => parts.RenewAsync(certificates, request, cancel), WorkerSession.NextDouble, clock, logging.CreateLogger<CertificateRenewal>())
            {
                Renewed = before =>
                {
                    parts.Channels.Recycle();
                    parts.Quorum.Recycle();
                    remote.Reconnect();
                    parts.RootChange.Renewed();
                    if (parts.Identity.Subject.Role != before.Role)
                        session!.roleChanged.TrySetResult();
                },
            };
            session = new(parts, listener, agent, streams, terms, clock, logging.CreateLogger<ManagerSession>()) { Renewal = renewal };
            if (entry.BeforeAgent is { } ready)
                await ready().ConfigureAwait(false);
            session.Run();
            return session;
        }
        catch
        {
            agent?.Dispose();
            if (listener is not null)
                await listener.DisposeAsync().ConfigureAwait(false);
            await parts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public async Task<string?> SayGoodbyeAsync(CancellationToken stop)
    {
        if (Member.Store.Current.Nodes.All.Count(node => node.Spec.Role is NodeRole.Manager) <= 1)
            return null;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(GoodbyeMax);
        try
        {
            await parts.Quorum.LeaveAsync(late.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception refusal) when (refusal is SwarmException || (refusal is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return refusal.Message;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveTasksAsync(CancellationToken stop)
    {
        await scope.DisposeAsync().ConfigureAwait(false);
        return await agent.RemoveAllAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        fault.TrySetResult(null);
        await scope.DisposeAsync().ConfigureAwait(false);
        await listener.DisposeAsync().ConfigureAwait(false);
        await parts.DisposeAsync().ConfigureAwait(false);
        agent.Dispose();
    }

    private void Run()
    {
        scope.Run("agent", agent.RunAsync);
        scope.Run("events", Member.Events!.RunAsync);
        scope.Run("session terms", terms.RunAsync);
        scope.Run("known managers", LearnManagersAsync);
        scope.Run("own role", WatchRoleAsync);
        scope.Run("trusted roots", WatchRootsAsync);
        scope.Run("manager connections", parts.Quorum.RunAsync);
        scope.Run("certificate renewal", Renewal.RunAsync);
        _ = WatchAsync();
    }

    /// <summary>Keeps where managers are: should this node become a worker, it has to find them.</summary>
    private async Task LearnManagersAsync(CancellationToken stop)
    {
        while (true)
        {
            var (present, changed) = terms.Present;
            parts.Managers.Learn(present.Managers);
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>A manager that is to be a worker gets out of the quorum first, then has its certificate changed, by which its part ends.</summary>
    private async Task WatchRoleAsync(CancellationToken stop)
    {
        using var feed = Member.Store.Feed.Subscribe(ObjectKind.Node);
        while (true)
        {
            while (Member.Store.Current.Nodes.Find(Member.NodeId) is not { Spec.Role: NodeRole.Worker })
                await feed.NextAsync(stop).ConfigureAwait(false);
            // While the log is read, this may be a demotion of long ago: the leader knows whether it counts.
            if (await LeaveIfDemotedAsync(stop).ConfigureAwait(false))
                break;
            await feed.NextAsync(stop).ConfigureAwait(false);
        }
        Renewal.Hurry();
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop).ConfigureAwait(false);
    }

    /// <summary>False where this node is to be a manager.</summary>
    private async Task<bool> LeaveIfDemotedAsync(CancellationToken stop)
    {
        while (true)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
            late.CancelAfter(GoodbyeMax);
            try
            {
                return await parts.Quorum.LeaveIfDemotedAsync(late.Token).ConfigureAwait(false);
            }
            catch (Exception refusal) when (refusal is SwarmException || (refusal is OperationCanceledException && !stop.IsCancellationRequested))
            {
                log.DemotionWaits(refusal.Message);
            }
            await Task.Delay(RetryInterval, clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Has the certificate renewed as soon as the swarm trusts other roots: the new one comes with them.</summary>
    private async Task WatchRootsAsync(CancellationToken stop)
    {
        using var feed = Member.Store.Feed.Subscribe(ObjectKind.Swarm);
        while (true)
        {
            if (RootChange.Trusted(Member.Store.Current.Swarm) is { } roots && roots != parts.Identity.RootPem)
                Renewal.Hurry();
            await feed.NextAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync()
    {
        var first = await Task.WhenAny(parts.Quorum.Raft.Completion, scope.FirstFault, listener.Fault).ConfigureAwait(false);
        fault.TrySetResult(first is Task<Exception> loop ? await loop.ConfigureAwait(false) : parts.Quorum.Raft.Completion.Exception?.GetBaseException());
    }
}

/// <summary>How a manager comes into its quorum.</summary>
/// <param name="Forwarded">Where clients of other managers are answered.</param>
/// <param name="Found">The first transaction of a new swarm; null where it goes into one that is there.</param>
/// <param name="Joining">Whether the quorum has yet to take it in.</param>
/// <param name="LockedBy">What the keyring is sealed by; null for the key in its file.</param>
/// <param name="ForceNew">Whether it goes on alone with the state that it has, and <paramref name="Found"/> is the first transaction of that.</param>
/// <param name="BeforeAgent">Runs when the manager works, before its agent: ends the worker that the node was until then.</param>
internal sealed record ManagerEntry(
    ForwardedCalls Forwarded,
    Action<StoreTransaction>? Found = null,
    bool Joining = false,
    KeyEncryptionKey? LockedBy = null,
    bool ForceNew = false,
    Func<Task>? BeforeAgent = null);
