using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>Brings this node into a swarm and out of it. One change at a time; reading where it stands never waits.</summary>
internal sealed class SwarmMembership : ISwarmMembership, IAsyncDisposable
{
    private const string AlreadyIn = "This node is already part of a swarm. Use \"docker swarm leave\" (Exit-Swarm) to leave this swarm and join another one.";
    private const string NotIn = "This node is not part of a swarm.";

    /// <summary>How long a new swarm's first node is waited for, so that whoever made it finds it ready.</summary>
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a new manager is waited for until the quorum has taken it in.</summary>
    private static readonly TimeSpan MemberPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RoleRetry = TimeSpan.FromSeconds(2);

    private readonly DaemonOptions options;
    private readonly SwarmDirectory directory;
    private readonly TimeProvider clock;
    private readonly ILoggerFactory logging;
    private readonly ILogger log;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Lazy<Task> stopping;
    private volatile Standing standing = new(LocalNodeState.Inactive, "", null);

    public SwarmMembership(DaemonOptions options, SwarmDirectory directory, TimeProvider clock, ILoggerFactory logging)
    {
        (this.options, this.directory, this.clock, this.logging) = (options, directory, clock, logging);
        log = logging.CreateLogger<SwarmMembership>();
        stopping = new(StopAsync);
        var access = new SessionAccess(() => standing.Session);
        (Logs, Processes, Checks) = (access, access, access);
    }

    /// <inheritdoc/>
    public LocalNodeState State => standing.State;

    /// <inheritdoc/>
    public string Error => standing.Error;

    /// <inheritdoc/>
    public SwarmMember? Member => standing.Session?.Member;

    /// <summary>The output of tasks, whatever swarm this node is in.</summary>
    public ITaskLogs Logs { get; }

    /// <summary>Commands in tasks, whatever swarm this node is in.</summary>
    public ITaskProcesses Processes { get; }

    /// <summary>Trials of networks, whatever swarm this node is in.</summary>
    public INetworkChecks Checks { get; }

    /// <summary>Where the API answers clients of other managers.</summary>
    public ForwardedCalls Forwarded { get; } = new();

    /// <summary>Takes up the swarm this node was in when it stopped. Throws where its data is damaged.</summary>
    public async Task ResumeAsync(CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (NodeFile.Load(directory.NodeFile) is not { } node)
                return;
            // Who is a worker by its certificate needs nothing of the keyring, which is yet to be removed.
            if (Keyring.LockOf(directory.KeyringFile) is KeyringLock.UnlockKey && IsManager(node))
            {
                Keyring.CheckLock(directory.KeyringFile, directory.KeyringKeyFile);
                standing = new(LocalNodeState.Locked, "", null);
                log.Locked();
                return;
            }
            standing = new(LocalNodeState.Pending, "", null);
            Enter(await ReenterAsync(node, lockedBy: null, stop).ConfigureAwait(false));
            log.Resumed(node.SwarmId, node.NodeId);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public Task<string> InitAsync(SwarmInitRequest request, CancellationToken stop) =>
        request.ForceNewCluster && standing.State != LocalNodeState.Inactive
            ? ForceNewAsync(request, stop)
            : FromOutsideAsync(
                () =>
                {
                    var founding = SwarmFounding.Create(request, directory, clock);
                    return new(founding.Node, founding.Found, founding.LockedBy);
                },
                stop);

    /// <inheritdoc/>
    public Task<string> RestoreAsync(SwarmRestoreRequest request, string nodeId, IReadOnlyList<StoreObject> objects, CancellationToken stop) => FromOutsideAsync(
        () =>
        {
            var restoring = SwarmRestoring.Create(request, nodeId, objects, directory, clock);
            return new(restoring.Node, restoring.Fill, restoring.LockedBy);
        },
        stop);

    /// <inheritdoc/>
    public async Task JoinAsync(SwarmJoinRequest request, CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (standing.State != LocalNodeState.Inactive)
                throw new SwarmException(SwarmErrorCode.Unavailable, AlreadyIn);
            await EnterAsync(() => NewJoining().JoinAsync(request, stop), "joined", stop).ConfigureAwait(false);
            log.Joined(standing.Session!.IsManager ? NodeRole.Manager : NodeRole.Worker, standing.Session.Member.NodeId);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async Task UnlockAsync(string key, CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (standing.State == LocalNodeState.Inactive)
                throw new SwarmException(SwarmErrorCode.Unavailable, NotIn);
            if (standing.State != LocalNodeState.Locked || NodeFile.Load(directory.NodeFile) is not { } node)
                throw new SwarmException(SwarmErrorCode.AlreadyExists, "swarm is not locked");
            Enter(await ReenterAsync(node, UnlockKey.Seals(key), stop).ConfigureAwait(false));
            log.Resumed(node.SwarmId, node.NodeId);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(bool force, CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (standing.State == LocalNodeState.Inactive)
                throw new SwarmException(SwarmErrorCode.Unavailable, NotIn);
            if (!force && standing.Session is not { IsManager: false })
                throw new SwarmException(SwarmErrorCode.Unavailable, LeaveRefusal.Of(standing.Session?.Member.Store.Current));
            if (standing.Session is { } session)
            {
                if (await session.SayGoodbyeAsync(stop).ConfigureAwait(false) is { } untold)
                    log.LeftUntold(untold);
                if (!await session.RemoveTasksAsync(stop).ConfigureAwait(false))
                    log.ContainersLeft(options.Engine);
                await session.DisposeAsync().ConfigureAwait(false);
            }
            directory.RemoveSwarm();
            standing = new(LocalNodeState.Inactive, "", null);
            log.Left();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stops this node's part in its swarm, once; containers stay as they are.</summary>
    public ValueTask DisposeAsync() => new(stopping.Value);

    /// <summary>Keeps the gate closed: nothing enters a swarm any more.</summary>
    private async Task StopAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        if (standing.Session is { } session)
            await session.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string> FromOutsideAsync(Func<Foundation> make, CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (standing.State != LocalNodeState.Inactive)
                throw new SwarmException(SwarmErrorCode.Unavailable, AlreadyIn);
            return await FoundAsync(make, stop).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<string> ForceNewAsync(SwarmInitRequest request, CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return standing.Session is { IsManager: true } session
                ? await ForceNewAsync(request, session, stop).ConfigureAwait(false)
                : throw new SwarmException(SwarmErrorCode.Unavailable, "This node has no state to make a new cluster of: it is a worker, or a locked manager, which has to be unlocked first.");
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Goes on alone with the state there is; the tasks go on running.</summary>
    private async Task<string> ForceNewAsync(SwarmInitRequest request, ISwarmSession session, CancellationToken stop)
    {
        var cluster = NewCluster.Of(request, NodeFile.Load(directory.NodeFile)!);
        var lockedBy = NewCluster.LockedBy(session.Member.Store.Current);
        standing = new(LocalNodeState.Pending, "", session);
        await session.DisposeAsync().ConfigureAwait(false);
        try
        {
            var alone = await ManagerSession.StartAsync(
                options, directory, cluster.Node, new(Forwarded, Found: cluster.Found, LockedBy: lockedBy, ForceNew: true), clock, logging, stop).ConfigureAwait(false);
            cluster.Node.Save(directory.NodeFile);
            Enter(alone);
            log.MadeAnew(cluster.Node.SwarmId);
            await alone.UntilReadyAsync(ReadyPatience, stop).ConfigureAwait(false);
            return cluster.Node.NodeId;
        }
        catch (SwarmException refusal)
        {
            standing = new(LocalNodeState.Error, refusal.Message, session);
            throw;
        }
    }

    /// <summary>Makes a swarm of this one manager, whose first transaction is <c>Found</c>.</summary>
    private async Task<string> FoundAsync(Func<Foundation> make, CancellationToken stop)
    {
        await EnterAsync(
            async () =>
            {
                // What an attempt left over that was cut off.
                directory.RemoveSwarm();
                var (node, found, lockedBy) = make();
                var session = await ManagerSession.StartAsync(options, directory, node, new(Forwarded, Found: found, LockedBy: lockedBy), clock, logging, stop).ConfigureAwait(false);
                node.Save(directory.NodeFile);
                return session;
            },
            "made",
            stop).ConfigureAwait(false);
        var nodeId = standing.Session!.Member.NodeId;
        log.Initialized(NodeFile.Load(directory.NodeFile)!.SwarmId, nodeId);
        return nodeId;
    }

    /// <summary>Enters a swarm, and leaves nothing behind where that fails; a manager that may count in the quorum already goes on.</summary>
    private async Task EnterAsync(Func<Task<ISwarmSession>> enter, string done, CancellationToken stop)
    {
        standing = new(LocalNodeState.Pending, "", null);
        ISwarmSession? session = null;
        try
        {
            session = await enter().ConfigureAwait(false);
            Enter(session);
            // Whoever asked may have gone away by now: a member stays one.
            await session.UntilMemberAsync(MemberPatience, clock, CancellationToken.None).ConfigureAwait(false);
            await session.UntilReadyAsync(ReadyPatience, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not { InnerException: JoinGoesOnException })
        {
            standing = new(LocalNodeState.Inactive, "", null);
            if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
            directory.RemoveSwarm();
            if (fault is IOException or UnauthorizedAccessException)
                throw new SwarmException(SwarmErrorCode.Unavailable, $"The swarm could not be {done}: {options.DataRoot} cannot be written ({fault.Message}). See to it that the disk has room, then try again.", fault);
            throw;
        }
    }

    /// <summary>What a node's part is, its certificate says.</summary>
    private async Task<ISwarmSession> ReenterAsync(NodeFile node, KeyEncryptionKey? lockedBy, CancellationToken stop)
    {
        if (!IsManager(node))
            return StartWorker(node);
        try
        {
            return await ManagerSession.StartAsync(options, directory, node, new(Forwarded, LockedBy: lockedBy), clock, logging, stop).ConfigureAwait(false);
        }
        catch (SwarmException damage) when (Damage.Is(damage))
        {
            await NewJoining().PutAsideAsync(node, lockedBy, damage, stop).ConfigureAwait(false);
            log.PutAside(damage.Message);
            return StartWorker(node);
        }
    }

    private NodeRole CertifiedRole() => NodeCertificate.Read(directory.Certificates).ReadSubject().Role;

    /// <summary>A manager that the quorum has yet to take in is a worker until then.</summary>
    private bool IsManager(NodeFile node) => node.InQuorum is not false && CertifiedRole() is NodeRole.Manager;

    private SwarmJoining NewJoining() => new(options, directory, Forwarded, clock, logging);

    private WorkerSession StartWorker(NodeFile node)
    {
        (node with { InQuorum = false, JoinedAfter = null, JoinedTo = null }).Save(directory.NodeFile);
        directory.RemoveManager();
        return WorkerSession.Start(options, directory, node, clock, logging);
    }

    /// <summary>Goes over to the part that the node's certificate names now.</summary>
    private async Task FollowRoleAsync(ISwarmSession session)
    {
        while (true)
        {
            await session.RoleChanged.ConfigureAwait(false);
            if (await TakeRoleAsync(session).ConfigureAwait(false))
                return;
            await Task.Delay(RoleRetry, clock).ConfigureAwait(false);
        }
    }

    /// <summary>False where it has to be tried again.</summary>
    private async Task<bool> TakeRoleAsync(ISwarmSession session)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        var role = session.IsManager ? NodeRole.Worker : NodeRole.Manager;
        try
        {
            if (standing.Session != session || NodeFile.Load(directory.NodeFile) is not { } node)
                return true;
            role = CertifiedRole();
            // It may have changed back while something else was under way.
            if (role is NodeRole.Manager == session.IsManager)
                return false;
            if (role is NodeRole.Worker)
            {
                await session.DisposeAsync().ConfigureAwait(false);
                Enter(StartWorker(node));
            }
            else
            {
                Enter(await NewJoining().PromoteAsync(node, async () => await session.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false));
            }
            log.RoleTaken(role);
            return true;
        }
        catch (Exception refusal) when (refusal is SwarmException or IOException or DataException)
        {
            log.RoleRefused(role, refusal.Message);
            if (role is NodeRole.Worker)
                standing = new(LocalNodeState.Error, refusal.Message, session);
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    private void Enter(ISwarmSession session)
    {
        standing = new(LocalNodeState.Active, "", session);
        _ = WatchAsync(session);
        _ = FollowRoleAsync(session);
    }

    /// <summary>A session that fails stays to be looked at and left, and says so wherever it is asked.</summary>
    private async Task WatchAsync(ISwarmSession session)
    {
        if (await session.Fault.ConfigureAwait(false) is { } fault && standing.Session == session)
        {
            log.Faulted(fault.Message, fault);
            standing = new(LocalNodeState.Error, fault.Message, session);
            if (fault is SwarmException { Code: SwarmErrorCode.PermissionDenied })
                await StopTasksAsync(session).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A node that was removed keeps nothing of the swarm running: what ran here has been replaced elsewhere, and the secrets are no
    /// longer for it. One whose certificate is merely no good any more keeps its tasks.
    /// </summary>
    private async Task StopTasksAsync(ISwarmSession session)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (standing.Session != session)
                return;
            if (await session.RemoveTasksAsync(CancellationToken.None).ConfigureAwait(false))
                log.RemovedHere();
            else
                log.ContainersLeft(options.Engine);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>What a new swarm begins with.</summary>
    /// <param name="Node">Its first manager.</param>
    /// <param name="Found">Its first transaction.</param>
    /// <param name="LockedBy">What seals the manager's keyring; null for the key in its file.</param>
    private sealed record Foundation(NodeFile Node, Action<StoreTransaction> Found, KeyEncryptionKey? LockedBy);

    /// <summary>Where the node stands, read as one.</summary>
    private sealed record Standing(LocalNodeState State, string Error, ISwarmSession? Session);

    /// <summary>The way to tasks of the session there is now.</summary>
    private sealed class SessionAccess(Func<ISwarmSession?> current) : ITaskLogs, ITaskProcesses, INetworkChecks
    {
        private ISwarmSession Session => current() ?? throw new SwarmException(SwarmErrorCode.Unavailable, NotIn);

        public IAsyncEnumerable<TaskLogLine> ReadAsync(string taskId, TaskLogOptions wanted, CancellationToken stop) => Session.Logs.ReadAsync(taskId, wanted, stop);

        public Task<ITaskProcess> StartAsync(string taskId, TaskExecRequest request, CancellationToken stop) => Session.Processes.StartAsync(taskId, request, stop);

        public Task<IReadOnlyList<NetworkFinding>> CheckAsync(string nodeId, ValueList<string> networks, CancellationToken stop) => Session.Checks.CheckAsync(nodeId, networks, stop);
    }
}
