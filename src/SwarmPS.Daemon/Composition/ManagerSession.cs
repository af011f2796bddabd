using System.Net;
using System.Security.Cryptography;
using DotNext.Threading;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Api.Queries;
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
    /// <summary>A leader that leaves hands over first, which takes an election.</summary>
    private static readonly TimeSpan GoodbyeMax = TimeSpan.FromSeconds(15);

    private readonly ManagerParts parts;
    private readonly NodeListener listener;
    private readonly NodeAgent agent;
    private readonly TaskAccess access;
    private readonly TermsWatch terms;
    private readonly QuorumSeat seat;
    private readonly LoopScope scope = new(CancellationToken.None);
    private readonly RoleWatch role = new(NodeRole.Manager);
    private readonly TaskCompletionSource<Exception?> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int disposed;

    private ManagerSession(ManagerParts parts, NodeListener listener, NodeAgent agent, NodeStreams streams, TermsWatch terms, QuorumSeat seat, TimeProvider clock, ILogger log)
    {
        access = new(parts.Store, parts.Node.NodeId, agent.Logs, agent.Processes, streams);
        Checks = new NodeNetworkChecks(parts.Node.NodeId, agent.Checks, streams);
        (this.parts, this.listener, this.agent, this.terms, this.seat) = (parts, listener, agent, terms, seat);
        Member = new(parts.Node.NodeId, parts.Address, parts.Store) { Quorum = parts.Quorum.Link, Events = new(parts.Store, clock, (kind, id, fault) => log.PassedOver(fault, kind, id, "events")) };
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
    public Task RoleChanged => role.Differs;

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
            ManagerSession? session = null;
            var remote = new RemoteDispatcher(parts.Channels, parts.Managers, parts.Address, clock, logging.CreateLogger<RemoteDispatcher>())
            {
                TrustInfo = () => parts.Identity.TrustInfo,
                RoleWanted = wanted => session?.Want(wanted),
                Refused = refusal => session?.fault.TrySetResult(refusal),
            };
            var dispatcher = new ManagerDispatcher(parts, parts.Dispatcher.For(node.NodeId, parts.Address, NodeRole.Manager), remote, parts.Managers);
            var terms = new TermsWatch(parts.Store, new());
            var streams = new NodeStreams(node.AdvertiseAddr, parts.CallNodeAsync, parts.Dispatcher, clock);
            var certificates = new CertificateService(parts.Store, parts.Identity, parts.Quorum.Raft.ReadBarrierAsync, new(clock), clock, logging.CreateLogger<CertificateService>());
            listener = await NodeListener.StartAsync(
                new()
                {
                    EndPoint = IPEndPoint.Parse(node.ListenAddr),
                    Trust = parts.Trust,
                    Store = parts.Store,
                    Leadership = parts,
                    Services = [certificates, new DispatcherService(parts.Dispatcher, terms, clock), streams, .. parts.Quorum.Services],
                    Refused = (caller, call, why) => parts.Dispatcher.Refuse(caller.Subject.NodeId, call, why),
                    Clock = clock,
                    Logging = logging,
                },
                stop).ConfigureAwait(false);
            agent = new(options, directory, node, dispatcher, parts.Channels, clock, logging);
            var renewal = new CertificateRenewal(
                parts.Identity, parts.Files, (request, cancel) => parts.RenewAsync(certificates, request, cancel), WorkerSession.NextDouble, clock, logging.CreateLogger<CertificateRenewal>())
            {
                Renewed = () =>
                {
                    parts.Channels.Recycle();
                    parts.Quorum.Recycle();
                    remote.Reconnect();
                    parts.RootChange.Renewed();
                    session!.role.Set(parts.Identity.Subject.Role);
                },
            };
            var seat = new QuorumSeat(parts, () => Joined(directory), renewal.Hurry, clock, logging.CreateLogger<QuorumSeat>());
            parts.Quorum.Raft.Advice = () => seat.Advice;
            session = new(parts, listener, agent, streams, terms, seat, clock, logging.CreateLogger<SwarmEventLog>()) { Renewal = renewal };
            if (entry.BeforeAgent is { } ready)
                await ready().ConfigureAwait(false);
            // Where it was a worker until now, or lost its power before this was done. The node file says by now that it has a keyring.
            parts.Files.KeySealed = renewal.Hurry;
            parts.Files.SealAsKeyring();
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
    public async Task UntilMemberAsync(TimeSpan patience, TimeProvider clock, CancellationToken stop)
    {
        try
        {
            await seat.Seated.WaitAsync(patience, clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw JoinGoesOnException.Refusal();
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
        if (parts.Quorum.Raft is { IsMember: true, Members.Count: 1 })
            return null;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(GoodbyeMax);
        try
        {
            await parts.Quorum.LeaveAsync(parts.Managers.Candidates, late.Token).ConfigureAwait(false);
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
        role.Set(parts.Identity.Subject.Role);
        scope.Run("agent", agent.RunAsync);
        scope.Run("events", Member.Events!.RunAsync);
        scope.Run("session terms", terms.RunAsync);
        scope.Run("known managers", LearnManagersAsync);
        scope.Run("seat in the quorum", seat.RunAsync);
        scope.Run("trusted roots", WatchRootsAsync);
        scope.Run("manager connections", parts.Quorum.RunAsync);
        scope.Run("certificate renewal", Renewal.RunAsync);
        _ = WatchAsync();
    }

    private static void Joined(SwarmDirectory directory)
    {
        if (NodeFile.Load(directory.NodeFile) is { JoinedAfter: not null } node)
            (node with { InQuorum = true, JoinedAfter = null, JoinedTo = null }).Save(directory.NodeFile);
    }

    private void Want(NodeRole wanted)
    {
        if (wanted != parts.Identity.Subject.Role)
            Renewal.Hurry();
    }

    /// <summary>Keeps where managers are: it has to find them, whatever it becomes, and lets them in before it has read its log.</summary>
    private async Task LearnManagersAsync(CancellationToken stop)
    {
        using var current = new AsyncAutoResetEvent(initialState: true);
        void Signal() => current.Set();
        parts.Quorum.Raft.BecameCurrent += Signal;
        try
        {
            while (true)
            {
                var (present, changed) = terms.Present;
                // A log that is read again tells of managers of long ago.
                if (parts.Quorum.Raft.IsCurrent)
                    parts.Managers.Learn(present.Managers);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(changed.WaitAsync(either.Token), current.WaitAsync(either.Token).AsTask()).ConfigureAwait(false);
                await either.CancelAsync().ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            parts.Quorum.Raft.BecameCurrent -= Signal;
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
/// <param name="LockedBy">What the keyring is sealed by; null for the key in its file.</param>
/// <param name="ForceNew">Whether it goes on alone with the state that it has, and <paramref name="Found"/> is the first transaction of that.</param>
/// <param name="BeforeAgent">Runs when the manager works, before its agent: ends the worker that the node was until then.</param>
internal sealed record ManagerEntry(
    ForwardedCalls Forwarded,
    Action<StoreTransaction>? Found = null,
    KeyEncryptionKey? LockedBy = null,
    bool ForceNew = false,
    Func<Task>? BeforeAgent = null);
