using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// The library's log, with two changes. The interfaces are named again here so that their calls come to this class; the rest stays the
/// library's.
/// A follower has its entries on the disk before it acknowledges them. The library only wakes its flusher, so that "committed" would mean
/// "on the leader's disk alone", and a crash of all managers could lose acknowledged entries.
/// A leader commits nothing in a round in which it sent a snapshot. The library takes the median of the answers of a round: with
/// four or five managers, the answer of one that was just sent a snapshot makes that an entry which two have. The next round counts right.
/// </summary>
internal sealed class DurableWriteAheadLog(WriteAheadLog.Options options, IStateMachine machine)
    : WriteAheadLog(options, machine), IAuditTrail<IRaftLogEntry>
{
    private readonly IStateMachine state = machine;
    private bool sent;

    /// <summary>Runs before a follower has entries on the disk, as a test's slow disk.</summary>
    public Func<CancellationToken, Task> Flushing { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Hears up to which entry is committed, before it is.</summary>
    public Action<long> Committing { get; init; } = static _ => { };

    async ValueTask IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(ILogEntryProducer<TEntry> entries, long startIndex, bool skipCommitted, CancellationToken token)
    {
        var arrived = entries.RemainingCount > 0;
        await AppendAsync(entries, startIndex, skipCommitted, token).ConfigureAwait(false);
        if (!arrived)
            return;
        await Flushing(token).ConfigureAwait(false);

        // The flusher's event serves one waiter. On a follower this is the only one, since appends are made one at a time.
        await FlushAsync(token).ConfigureAwait(false);
    }

    async ValueTask<TResult> IAuditTrail<IRaftLogEntry>.ReadAsync<TResult>(ILogEntryConsumer<IRaftLogEntry, TResult> reader, long startIndex, long endIndex, CancellationToken token)
    {
        var result = await ReadAsync(reader, startIndex, endIndex, token).ConfigureAwait(false);

        // Before the answer counts in its round, at the end of which is the next commit.
        if (result is Result<ReplicationStatus> { Value.Result: HeartbeatResult.ReplicatedWithLeaderTerm } && startIndex <= state.Snapshot?.Index)
            Interlocked.Exchange(ref sent, true);
        return result;
    }

    ValueTask<long> IAuditTrail.CommitAsync(long endIndex, CancellationToken token)
    {
        if (Interlocked.Exchange(ref sent, false))
            return ValueTask.FromResult(0L);
        Committing(endIndex);
        return CommitAsync(endIndex, token);
    }
}
