using System.Threading.Channels;
using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>
/// The replicated store on one manager. Reads take <see cref="Current"/> and never block. Writes queue up for one writer, which
/// runs all that wait on the newest state, one after the other, and replicates them as one log entry: so a batch costs one
/// disk write, and no transaction ever sees a state that may yet be undone.
/// </summary>
public sealed class SwarmStore
{
    /// <summary>Transactions that may wait; a further one waits for room.</summary>
    public const int QueueMax = 4096;

    /// <summary>Transactions in one log entry.</summary>
    public const int BatchMax = 512;

    /// <summary>Changes in one log entry; a larger single transaction still goes as one.</summary>
    public const int BatchChangesMax = 5_000;

    private readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(QueueMax) { SingleReader = true });
    private readonly TimeProvider clock;
    private readonly Func<RequestId> newRequest;
    private Snapshot current = Snapshot.Empty;
    private Prepared? prepared;

    /// <summary>A store that is empty until something is installed or applied.</summary>
    /// <param name="clock">Tells when transactions are made.</param>
    /// <param name="newRequest">Gives request ids that no one else gives.</param>
    public SwarmStore(TimeProvider clock, Func<RequestId> newRequest) => (this.clock, this.newRequest) = (clock, newRequest);

    /// <summary>The newest state that is durable.</summary>
    public Snapshot Current => Volatile.Read(ref current);

    /// <summary>Tells of every change.</summary>
    public ChangeFeed Feed { get; } = new();

    /// <summary>
    /// Runs a transaction and returns once it is durable. The function may run again on a newer state, so it must only read the
    /// transaction's view and change the transaction. What it throws reaches the caller, and nothing is changed.
    /// </summary>
    public Task<T> UpdateAsync<T>(Func<StoreTransaction, T> work, CancellationToken stop) => UpdateAsync(null, work, stop);

    /// <summary>
    /// The same for a request that has an id, so that it can be asked for again where its outcome is not known. Throws
    /// <see cref="AppliedBeforeException"/> where it was applied before, by whichever manager.
    /// </summary>
    public async Task<T> UpdateAsync<T>(RequestId? request, Func<StoreTransaction, T> work, CancellationToken stop)
    {
        var pending = new Pending(request, tx => work(tx), stop);
        await queue.Writer.WriteAsync(pending, stop).ConfigureAwait(false);
        return (T)(await pending.Done.Task.WaitAsync(stop).ConfigureAwait(false))!;
    }

    /// <summary>Runs a transaction that gives nothing back.</summary>
    public Task UpdateAsync(Action<StoreTransaction> work, CancellationToken stop) =>
        UpdateAsync<object?>(tx => { work(tx); return null; }, stop);

    /// <summary>Writes what is queued, as long as this manager leads. Run one at a time; ends by cancellation or a proposer's fault.</summary>
    public async Task RunWriterAsync(IProposer proposer, CancellationToken stop)
    {
        List<Pending> batch = [];
        try
        {
            while (batch.Count > 0 || await queue.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                stop.ThrowIfCancellationRequested();
                var proposal = Collect(batch);
                if (proposal.Commands.Count == 0 || await ProposeAsync(proposer, proposal, batch, stop).ConfigureAwait(false))
                {
                    batch.ForEach(pending => pending.Succeed());
                    batch.Clear();
                }
            }
        }
        catch (Exception fault)
        {
            batch.ForEach(pending => pending.Fail(fault));
            throw;
        }
        finally
        {
            while (queue.Reader.TryRead(out var waiting))
                waiting.Refuse(new(SwarmErrorCode.Unavailable, "This manager does not lead any more, so nothing was changed. Try again.", new WriterEndedException()));
        }
    }

    /// <summary>
    /// False where the entry was not made. Then the batch is empty if its callers were told, and else runs again on the newer state.
    /// </summary>
    private static async Task<bool> ProposeAsync(IProposer proposer, StoreProposal proposal, List<Pending> batch, CancellationToken stop)
    {
        try
        {
            await proposer.ProposeAsync(proposal, stop).ConfigureAwait(false);
            return true;
        }
        catch (VoidProposalException)
        {
            return false;
        }
        catch (SwarmException refusal)
        {
            batch.ForEach(pending => pending.Refuse(refusal));
            batch.Clear();
            return false;
        }
    }

    /// <summary>Replaces the whole state, as at start or on a snapshot from the leader; subscribers read anew.</summary>
    public void Install(Snapshot state)
    {
        Volatile.Write(ref current, state);
        Feed.PublishResync();
    }

    /// <summary>Applies a log entry; false where it was void. Called by consensus alone, in the order of the log.</summary>
    public bool Apply(StoreProposal proposal)
    {
        var start = Current;
        // What this manager proposed itself was computed by its writer already.
        if (Interlocked.Exchange(ref prepared, null) is not { } own || own.Proposal != (object)proposal || own.Start != start)
        {
            List<ObjectChange> changes = [];
            if (start.Apply(proposal, changes) is not { } state)
                return false;
            own = new(proposal, start, state, changes);
        }
        Volatile.Write(ref current, own.After);
        if (own.Seen.Count > 0)
            Feed.Publish(own.Seen);
        return true;
    }

    /// <summary>Runs the batch (where an entry was void) and then waiting transactions on the newest state, until the entry is full.</summary>
    private StoreProposal Collect(List<Pending> batch)
    {
        var start = Current;
        var state = start;
        var now = Timestamp.From(clock.GetUtcNow());
        List<StoreCommand> commands = [];
        List<ObjectChange> seen = [];
        var changes = 0;
        batch.RemoveAll(again => !Run(again));
        while (batch.Count < BatchMax && changes < BatchChangesMax && queue.Reader.TryRead(out var pending))
        {
            if (Run(pending))
                batch.Add(pending);
        }
        var proposal = new StoreProposal(start.Version, commands);
        Volatile.Write(ref prepared, new(proposal, start, state, seen));
        return proposal;

        bool Run(Pending pending)
        {
            if (pending.Request is { } request && state.Requests.Contains(request))
                return pending.AppliedBefore();
            var transaction = new StoreTransaction(state, now, seen);
            if (!pending.Run(transaction))
                return false;
            if (transaction.Changes.Count == 0)
                return true;
            var command = new StoreCommand(pending.Request ?? newRequest(), now, transaction.Changes);
            commands.Add(command);
            changes += command.Changes.Count;
            state = transaction.View.Committed(command.Request);
            seen.AddRange(transaction.Seen);
            return true;
        }
    }

    /// <summary>What an entry of this manager's own leads to, if it is applied to the state it was computed on.</summary>
    private sealed record Prepared(StoreProposal Proposal, Snapshot Start, Snapshot After, List<ObjectChange> Seen);

    /// <summary>A transaction that waits for the writer.</summary>
    private sealed class Pending(RequestId? request, Func<StoreTransaction, object?> work, CancellationToken stop)
    {
        private object? result;

        public RequestId? Request => request;

        public TaskCompletionSource<object?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Run(StoreTransaction transaction)
        {
            if (stop.IsCancellationRequested)
                return false;
            try
            {
                result = work(transaction);
                return true;
            }
            catch (Exception fault)
            {
                Done.TrySetException(fault);
                return false;
            }
        }

        /// <summary>Tells the caller; there is nothing to write.</summary>
        public bool AppliedBefore()
        {
            Done.TrySetException(new AppliedBeforeException());
            return false;
        }

        public void Succeed() => Done.TrySetResult(result);

        public void Refuse(SwarmException refusal) => Done.TrySetException(refusal);

        public void Fail(Exception fault) => Done.TrySetException(new SwarmException(
            SwarmErrorCode.Unavailable,
            "The change may or may not have been made: this manager stopped leading while it was being written. Look at the present state, then try again.",
            new WriterEndedException(fault)));
    }
}
