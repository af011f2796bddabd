using System.Buffers;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>Applies the log to the store, entry by entry in its order. What it throws stops the log for good.</summary>
internal sealed class StoreStateMachine(SwarmStore store, Keyring keyring, string log) : IStateMachine
{
    private long applied;

    /// <summary>The last entry that was applied.</summary>
    public long LastApplied => Volatile.Read(ref applied);

    ISnapshot? ISnapshotManager.Snapshot => null;

    ValueTask ISnapshotManager.ReclaimGarbageAsync(long watermark, CancellationToken token) => ValueTask.CompletedTask;

    ValueTask<long> IStateMachine.ApplyAsync(LogEntry entry, CancellationToken token)
    {
        // Configurations come here too, emptied by the log, which keeps them itself.
        if (entry.TryGetPayload(out var content) && content.Length > 0)
            Apply(entry, content);
        Volatile.Write(ref applied, entry.Index);
        return new(entry.Index);
    }

    private void Apply(LogEntry entry, in ReadOnlySequence<byte> content)
    {
        if (entry.Context is OwnProposal own && own.Is(content))
            own.Reached(store.Apply(own.Proposal));
        else
            store.Apply(Read(entry.Index, content));
    }

    private StoreProposal Read(long index, in ReadOnlySequence<byte> content)
    {
        try
        {
            return SealedEntry.Read(content.IsSingleSegment ? content.FirstSpan : content.ToArray(), keyring);
        }
        catch (InvalidDataException fault)
        {
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"Entry {index} of the log in {log} cannot be applied: {fault.Message}. {Damage.Advice}", fault);
        }
    }
}
