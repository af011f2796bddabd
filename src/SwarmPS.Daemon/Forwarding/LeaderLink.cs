using Grpc.Core;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Forwarding;

/// <summary>This manager's way to the leader, which may be itself.</summary>
internal sealed class LeaderLink : ISwarmQuorum, ILeadership, IDisposable
{
    /// <summary>How long to wait for the leader to change before asking again all the same.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private readonly RaftNode raft;
    private readonly SwarmStore store;
    private readonly ManagerChannels channels;
    private readonly TimeProvider clock;
    private readonly SharedRound<ulong> versions;
    private readonly CancellationTokenSource closed = new();
    private TaskCompletionSource changed = NewSignal();

    /// <summary>A link for as long as the node is in its quorum.</summary>
    public LeaderLink(RaftNode raft, SwarmStore store, ManagerChannels channels, TimeProvider clock)
    {
        (this.raft, this.store, this.channels, this.clock) = (raft, store, channels, clock);
        versions = new(VersionAsync);
        raft.MembersChanged += Signal;
    }

    /// <inheritdoc cref="ISwarmQuorum.IsLeader"/>
    public bool IsLeader => raft.IsLeader;

    /// <inheritdoc/>
    public Task<bool> LeadsAsync(CancellationToken stop) => raft.LeadsAsync(stop);

    /// <inheritdoc/>
    public Task ConfirmAsync(CancellationToken stop) => raft.ReadBarrierAsync(stop);

    /// <inheritdoc/>
    public CancellationToken Leadership => raft.Leadership;

    /// <inheritdoc/>
    public string? LeaderAddress => RaftAddress.NodeAddress(raft.Leader);

    /// <inheritdoc/>
    public string NoLeader => raft.NoLeader();

    /// <inheritdoc/>
    public async Task CatchUpAsync(CancellationToken stop)
    {
        if (raft.IsLeader)
        {
            try
            {
                await raft.ReadBarrierAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (SwarmException lost)
            {
                throw new LeaderChangedException(lost.Message, lost);
            }
        }
        await ReachedAsync(await versions.AskAsync().WaitAsync(stop).ConfigureAwait(false), stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ForwardedAnswer> ForwardAsync(ForwardedRequest request, CancellationToken stop) => AskAsync(ForwardingService.Forward, request, stop);

    /// <inheritdoc/>
    public async Task ReachedAsync(ulong version, CancellationToken stop)
    {
        if (store.Current.Version >= version)
            return;
        using var feed = store.Feed.Subscribe();
        while (store.Current.Version < version)
        {
            var leaderChanges = Volatile.Read(ref changed).Task;
            // Whoever is taken out of the quorum hears of nothing any more.
            if (raft.Leader is null)
                throw new LeaderChangedException(NoLeader);
            using var late = CancellationTokenSource.CreateLinkedTokenSource(stop, closed.Token);
            await Task.WhenAny(feed.WaitAsync(late.Token), leaderChanges).ConfigureAwait(false);
            await late.CancelAsync().ConfigureAwait(false);
            RequireOpen(stop);
            feed.TryNext();
        }
    }

    /// <inheritdoc/>
    public async Task LeaderChangedAsync(CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop, closed.Token);
        await Task.WhenAny(Volatile.Read(ref changed).Task, Task.Delay(RetryInterval, clock, late.Token)).ConfigureAwait(false);
        await late.CancelAsync().ConfigureAwait(false);
        RequireOpen(stop);
    }

    /// <summary>Those who wait for something are told that this node is no manager any more.</summary>
    public void Dispose()
    {
        raft.MembersChanged -= Signal;
        closed.Cancel();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void RequireOpen(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (closed.IsCancellationRequested)
            throw WorkerRefusal.Of();
    }

    private void Signal() => Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();

    private async Task<ulong> VersionAsync() =>
        (await AskAsync(ForwardingService.Version, new VersionRequest(), CancellationToken.None).ConfigureAwait(false)).Version;

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(Method<TRequest, TAnswer> method, TRequest request, CancellationToken stop)
        where TRequest : class where TAnswer : class
    {
        var leader = LeaderAddress ?? throw new LeaderChangedException(NoLeader);
        // A leader that is lost must not be waited for: the next one is asked.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answer = channels.To(leader).AskAsync(method, request, patience.Token);
        try
        {
            while (await Task.WhenAny(answer, Volatile.Read(ref changed).Task).ConfigureAwait(false) != answer)
            {
                if (LeaderAddress == leader)
                    continue;
                await patience.CancelAsync().ConfigureAwait(false);
                await answer.ConfigureAwait(false);
            }
            return await answer.ConfigureAwait(false);
        }
        catch (NotLeadingException elsewhere)
        {
            throw new LeaderChangedException(elsewhere.Message, elsewhere);
        }
        catch (SwarmException unreached) when (unreached.Code is SwarmErrorCode.Unavailable)
        {
            throw new LeaderChangedException(unreached.Message, unreached);
        }
        catch (SwarmException demoted) when (demoted.Code is SwarmErrorCode.PermissionDenied)
        {
            throw WorkerRefusal.Of(demoted);
        }
        catch (OperationCanceledException lost) when (!stop.IsCancellationRequested)
        {
            throw new LeaderChangedException($"The leader at {leader} was lost while it was asked.", lost);
        }
    }
}
