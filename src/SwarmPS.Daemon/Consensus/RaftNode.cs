using System.Diagnostics;
using System.Net.Sockets;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// This manager's part in the quorum: it keeps the replicated log, applies it to the store, and, while it leads, writes the store's
/// transactions to it.
/// </summary>
public sealed partial class RaftNode : IProposer, IAsyncDisposable
{
    /// <summary>Bytes an entry may have: 16 MiB.</summary>
    public const int EntryBytesMax = 16 << 20;

    /// <summary>How long <see cref="StopAsync"/> waits for what is being written.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private readonly RaftNodeOptions options;
    private readonly ILogger log;
    private readonly Checkpoint checkpoint;
    private readonly Checkpointer checkpointer;
    private readonly StoreStateMachine machine;
    private readonly DurableWriteAheadLog wal;
    private readonly RaftCluster raft;
    private readonly MemberFile memberFile;
    private readonly MemberView memberView;
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource closing = new();
    private Task leading = Task.CompletedTask;
    private Task watching = Task.CompletedTask;
    private int stopped;

    private RaftNode(RaftNodeOptions options, Checkpoint checkpoint, Checkpointer checkpointer, MemberFile members, MemberView view, StoreStateMachine machine)
    {
        (this.options, this.checkpoint, this.checkpointer, this.machine) = (options, checkpoint, checkpointer, machine);
        wal = OpenLog(options, machine);
        (memberFile, memberView) = (members, view);
        raft = Join(options, view, wal);
        log = options.Logging.CreateLogger<RaftNode>();
        reads = new(ReadRoundAsync);
    }

    /// <summary>Whether this manager leads.</summary>
    public bool IsLeader => !raft.LeadershipToken.IsCancellationRequested && !stopping.IsCancellationRequested;

    /// <summary>
    /// Cancelled when this manager leads no more, and while it does not. A change that waits on its store longer than that waits in
    /// vain, and one that was being written may or may not be made.
    /// </summary>
    public CancellationToken Leadership => raft.LeadershipToken;

    /// <summary>This member's address.</summary>
    public System.Net.EndPoint Address => raft.LocalMemberAddress;

    /// <summary>Where the leader is reached; null while there is none.</summary>
    public System.Net.EndPoint? Leader => raft.Leader?.EndPoint;

    /// <summary>Ends when the node was stopped; fails with a <see cref="SwarmException"/> when its log did, after which it takes no part.</summary>
    public Task Completion => completion.Task;

    /// <summary>
    /// Opens the log, applies what is in it and begins to take part. Throws <see cref="SwarmException"/>: FailedPrecondition where
    /// files are damaged, Unavailable where the disk or the address cannot be used.
    /// </summary>
    public static async Task<RaftNode> StartAsync(RaftNodeOptions options, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        RaftNode? node = null;
        try
        {
            node = Open(options);
            await node.FollowMembersAsync(node.memberFile, stop).ConfigureAwait(false);
            await node.wal.InitializeAsync(stop).ConfigureAwait(false);
            await node.machine.Restoring.WaitAsync(stop).ConfigureAwait(false);
            if (node.machine.Term > node.Term)
                throw Damage.Of($"{Path.Combine(LogDirectory(options), LogFiles.Vote)} is damaged: its term is {node.Term}, and the log has entries of term {node.machine.Term}.");
            LogDigests.Remove(options.Directory.Raft);
            if (options.JoinedTo.Count > 0)
                await node.memberFile.BeginAsync(options.JoinedTo, options.JoinedAfter, stop).ConfigureAwait(false);
            if (options.ForceNewQuorum)
                await node.memberFile.ResetAsync(node.raft.LocalMemberAddress, node.wal.LastEntryIndex, stop).ConfigureAwait(false);

            // The library lets an only member lead in the term that it ended in, which may have been another member's.
            if (await node.memberFile.IsOnlyAsync(node.Address, stop).ConfigureAwait(false))
                await ((IPersistentState)node.wal).UpdateTermAsync(node.Term + 1, true, stop).ConfigureAwait(false);
            await node.raft.StartAsync(stop).ConfigureAwait(false);

            await node.memberView.TakeSeatAsync(stop).ConfigureAwait(false);

            // After a crash the log's own mark of what is committed may lag behind what was acknowledged. A member alone leads at
            // once and knows that all of its log counts: whoever reads next sees everything. Others get to know from the leader.
            if (node.Members.Count == 1 && node.IsMember)
                await node.raft.WaitForLeadershipAsync(stop).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await Discard(node).ConfigureAwait(false);
            throw fault is SocketException refused ? AddressRefused(options, refused) : Damage.Explain(fault, options.Directory.Raft);
        }
        catch (OperationCanceledException)
        {
            await Discard(node).ConfigureAwait(false);
            throw;
        }
        node.log.LogOpened(node.wal.LastEntryIndex, node.wal.LastAppliedIndex, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        node.WatchMembers();
        node.watching = node.WatchLogAsync();
        node.leading = node.LeadAsync();
        return node;
    }

    /// <summary>Finishes what is being written, takes leave of the quorum, closes the log and leaves a checkpoint.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref stopped, 1) != 0)
        {
            await completion.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        await stopping.CancelAsync().ConfigureAwait(false);
        closing.CancelAfter(StopGrace);
        await leading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await closing.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await raft.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await Discard(this, CloseAsync).ConfigureAwait(false);
        completion.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private async Task CloseAsync()
    {
        await checkpointer.WriteNowAsync().ConfigureAwait(false);
        // What a failed log has left is not known to be whole.
        if (!completion.Task.IsCompleted)
            LogDigests.Write(options.Directory.Raft);
    }

    /// <summary>The checkpoint first: the log takes from it where to begin.</summary>
    private static RaftNode Open(RaftNodeOptions options)
    {
        LogDigests.Check(options.Directory.Raft);
        var checkpoint = Checkpoint.Open(options.Directory.StateFile, options.Keyring);
        try
        {
            var checkpointer = new Checkpointer(checkpoint, options.Logging.CreateLogger<Checkpointer>());
            var membersFile = Path.Combine(options.Directory.Raft, MemberFile.Name);
            var members = new MemberFile(membersFile);
            var view = new MemberView(members, options.PublicEndPoint ?? options.ListenEndPoint, options is { Joining: true, ColdStart: false } ? options.JoinedAfter : null);
            var machine = new StoreStateMachine(options.Store, options.Keyring, checkpointer, view, options.Directory.Raft);
            var header = checkpoint.ReadHeader();
            var because = header is null ? "the quorum this manager belongs to" : options.Directory.StateFile;
            // Without it this one would know no other manager; a forced new quorum names its only member itself.
            if (options is { IsInQuorum: true, ForceNewQuorum: false } && !LogFiles.IsFilled(membersFile))
                throw Damage.Missing(membersFile, because);
            // Without these the log would begin anew, and forget what came after the checkpoint and how it voted.
            if (options.IsInQuorum || header is not null)
                LogFiles.Check(LogDirectory(options), because, hasEntries: options.IsInQuorum);
            if (header is not null)
                machine.Restore(header, () => checkpoint.ReadState(header));
            return new(options, checkpoint, checkpointer, members, view, machine);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static string LogDirectory(RaftNodeOptions options) => Path.Combine(options.Directory.Raft, "log");

    private static DurableWriteAheadLog OpenLog(RaftNodeOptions options, StoreStateMachine machine) => new(
        new()
        {
            Location = LogDirectory(options),
            ChunkSize = 1 << 20,

            // Not shared memory: there a full disk ends the process where an error is wanted.
            MemoryManagement = WriteAheadLog.MemoryManagementStrategy.PrivateMemory,
            HashAlgorithm = WriteAheadLog.IntegrityHashAlgorithm.Crc32,
        },
        machine)
    {
        Flushing = options.Flushing,
        Committing = options.Committing,
    };

    private static RaftCluster Join(RaftNodeOptions options, MemberView members, DurableWriteAheadLog wal) => new(new RaftCluster.TcpConfiguration(options.ListenEndPoint)
    {
        PublicEndPoint = options.PublicEndPoint ?? options.ListenEndPoint,
        ColdStart = options.ColdStart,
        ConfigurationStorage = members,
        LowerElectionTimeout = (int)options.ElectionTimeoutMin.TotalMilliseconds,
        UpperElectionTimeout = (int)options.ElectionTimeoutMax.TotalMilliseconds,
        HeartbeatThreshold = 0.25,

        // A newcomer that comes with a log of its own goes back entry by entry where the two part.
        WarmupRounds = 64,
        RequestTimeout = options.ElectionTimeoutMax,

        // An election and the new leader's first entry wait three times in turn for a member that is cut off.
        ConnectTimeout = options.ElectionTimeoutMin / 4,
        AggressiveLeaderStickiness = true,
        ServerBacklog = 64,
        SslOptions = options.Tls is { } tls ? new() { ServerOptions = tls.Server, ClientOptions = tls.Client } : null,
        LoggerFactory = options.Logging,
    })
    {
        AuditTrail = wal,
    };

    /// <summary>Closes the files. What comes <paramref name="last"/> finds the log closed, so that nothing more is applied.</summary>
    private static async Task Discard(RaftNode? node, Func<Task>? last = null)
    {
        if (node is null)
            return;
        await node.raft.DisposeAsync().ConfigureAwait(false);
        await node.wal.DisposeAsync().ConfigureAwait(false);
        await node.machine.Restoring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (last is not null)
            await last().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        node.checkpoint.Dispose();
    }

    private static SwarmException AddressRefused(RaftNodeOptions options, SocketException fault) => new(
        SwarmErrorCode.Unavailable,
        $"Managers cannot be listened for on {options.ListenEndPoint}: {fault.Message}. Free the address, or name another by the listening address.",
        fault);
}
