using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <content>What the node does while it leads, and how it notices that its log has failed.</content>
public sealed partial class RaftNode
{
    /// <summary>How long a leader that hands over waits for another one.</summary>
    private static readonly TimeSpan HandOverMax = TimeSpan.FromSeconds(6);

    private TaskCompletionSource handingOver = NewSignal();

    /// <inheritdoc/>
    public async Task ProposeAsync(StoreProposal proposal, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (!IsLeader)
            throw NotLeading();
        var entry = SealedEntry.Write(proposal, options.Keyring);
        if (entry.Length > EntryBytesMax)
            throw SwarmException.Invalid($"The change takes {entry.Length} bytes in the log, where {EntryBytesMax} are allowed. Make it in several steps.");
        RequireRoom(entry.Length);
        var own = new OwnProposal(proposal, entry);

        // From here on the caller's token does not count: what is on its way is waited for, so that its outcome is known. The wait
        // ends by the loss of the lead too, and by a log that fails.
        await raft.ReplicateAsync((ReadOnlyMemory<byte>)entry, own, closing.Token).ConfigureAwait(false);
        if (own.Void)
            throw new VoidProposalException();
        if (!own.Counted)
            throw new NotLeaderException();
    }

    /// <summary>
    /// Whether this manager leads. One that was just elected commits an entry of its own term first; the others know it by then, and
    /// whom they send on to it need not be sent back.
    /// </summary>
    public async Task<bool> LeadsAsync(CancellationToken stop)
    {
        if (IsLeader)
            return true;
        if (raft.Leader is not { IsRemote: false })
            return false;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop, stopping.Token);
        late.CancelAfter(options.ElectionTimeoutMax);
        try
        {
            await raft.WaitForLeadershipAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Elected, and not confirmed by a majority.
        }
        return IsLeader;
    }

    /// <summary>
    /// Has another manager lead: what is being written is finished, a majority gets all of it, and this manager stands for no election until
    /// another one leads, or some seconds have passed without one. It is then asked again. Does nothing where it does not lead.
    /// </summary>
    public void HandOver() => Volatile.Read(ref handingOver).TrySetResult();

    /// <summary>A log that cannot be written to is given up by the library, so room is looked for first.</summary>
    private void RequireRoom(int bytes)
    {
        var path = options.Directory.Raft;
        var free = new DriveInfo(path).AvailableFreeSpace;
        if (free - bytes >= options.DiskReserveBytes)
            return;
        log.DiskFull(free, path, options.DiskReserveBytes);
        throw new SwarmException(
            SwarmErrorCode.Unavailable,
            $"The disk is full: {free} bytes are free where {path} lies, and {options.DiskReserveBytes} are kept in reserve. Nothing was changed. Make room, then try again.");
    }

    private async Task LeadAsync()
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                // Comes back once all entries of earlier terms are applied, so the writer begins on the newest state.
                var leadership = await raft.WaitForLeadershipAsync(stopping.Token).ConfigureAwait(false);
                using var term = CancellationTokenSource.CreateLinkedTokenSource(leadership, stopping.Token);
                hasApplied = true;
                BecameCurrent?.Invoke();
                log.LeadershipGained();
                Volatile.Write(ref handingOver, NewSignal());
                var fault = await LeadTermAsync(term).ConfigureAwait(false);
                if (fault is not null && !term.IsCancellationRequested)
                    await StepDownAsync(fault).ConfigureAwait(false);
                else if (handingOver.Task.IsCompleted && !term.IsCancellationRequested)
                    await HandOverAsync(stopping.Token).ConfigureAwait(false);
                hasApplied = false;
                log.LeadershipLost();
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Fail(fault);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs the writer and the leader's work until the term ends or is to be handed over (null), or one of them fails.</summary>
    private async Task<Exception?> LeadTermAsync(CancellationTokenSource term)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(term.Token);
        var writer = options.Store.RunWriterAsync(this, both.Token);
        var work = options.WhileLeading is { } whileLeading ? Task.Run(() => whileLeading(both.Token)) : Task.CompletedTask;
        var handOver = handingOver.Task;
        var first = await Task.WhenAny(writer, work, handOver).ConfigureAwait(false);
        if (first == work && work.IsCompletedSuccessfully)
            first = await Task.WhenAny(writer, handOver).ConfigureAwait(false);
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(writer, work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return first.Exception?.GetBaseException();
    }

    /// <summary>Comes when nothing is written any more.</summary>
    private async Task HandOverAsync(CancellationToken stop)
    {
        log.HandingOver();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(HandOverMax);
        var others = NewSignal();
        void Look()
        {
            if (raft.Leader is { IsRemote: true })
                others.TrySetResult();
        }
        MembersChanged += Look;
        try
        {
            // Whoever has less than a majority has cannot be elected by it.
            await raft.ApplyReadBarrierAsync(ReadBarrierType.Strong, late.Token).ConfigureAwait(false);
            await ((ICluster)raft).ResignAsync(late.Token).ConfigureAwait(false);
            await raft.EnableStandbyModeAsync(late.Token).ConfigureAwait(false);
            Look();
            await others.Task.WaitAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception late1) when (late1 is OperationCanceledException or InvalidOperationException or LeaderOperationException)
        {
            log.HandOverFailed(HandOverMax.TotalSeconds);
        }
        finally
        {
            MembersChanged -= Look;
            await raft.RevertToNormalModeAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task StepDownAsync(Exception fault)
    {
        log.SteppingDown(fault);
        await ((ICluster)raft).ResignAsync(stopping.Token).ConfigureAwait(false);
    }

    private async Task WatchLogAsync()
    {
        try
        {
            // No entry has this index: the wait ends by the log's failure or the node's stop alone.
            await wal.WaitForApplyAsync(long.MaxValue, closing.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Fail(fault);
        }
    }

    private void Fail(Exception fault)
    {
        var error = Damage.Explain(fault, options.Directory.Raft);
        if (completion.TrySetException(error))
            log.LogFailed(error);
        closing.Cancel();
    }
}
