using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// The library's log, with one change: a follower has its entries on the disk before it acknowledges them. The library only wakes
/// its flusher, so that "committed" would mean "on the leader's disk alone", and a crash of all managers could lose acknowledged
/// entries. The interface is named again here so that its calls come to this class; the rest stays the library's.
/// </summary>
internal sealed class DurableWriteAheadLog(WriteAheadLog.Options options, IStateMachine machine)
    : WriteAheadLog(options, machine), IAuditTrail<IRaftLogEntry>
{
    async ValueTask IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(ILogEntryProducer<TEntry> entries, long startIndex, bool skipCommitted, CancellationToken token)
    {
        var arrived = entries.RemainingCount > 0;
        await AppendAsync(entries, startIndex, skipCommitted, token).ConfigureAwait(false);

        // The flusher's event serves one waiter. On a follower this is the only one, since appends are made one at a time.
        if (arrived)
            await FlushAsync(token).ConfigureAwait(false);
    }
}
