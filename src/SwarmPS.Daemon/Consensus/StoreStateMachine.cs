using System.Buffers;
using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft.Membership;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>Applies the log to the store, entry by entry in its order. What it throws stops the log for good.</summary>
internal sealed class StoreStateMachine(SwarmStore store, Keyring keyring, Checkpointer checkpointer, IClusterConfigurationStorage members, string log) : IStateMachine
{
    private const int BufferBytes = 64 << 10;

    private long term;

    ISnapshot? ISnapshotManager.Snapshot => checkpointer.Last;

    /// <summary>The state of the checkpoint; entries are applied when it is there. Fails where the checkpoint is damaged.</summary>
    public Task Restoring { get; private set; } = Task.CompletedTask;

    /// <summary>The term of the last entry that was applied, or is in the checkpoint.</summary>
    public long Term => Volatile.Read(ref term);

    /// <summary>Begins on a checkpoint. The log needs only to know where that stands, and is opened while the state is read.</summary>
    public void Restore(CheckpointHeader header, Func<Snapshot> read)
    {
        checkpointer.Begins(header);
        Volatile.Write(ref term, header.Term);
        Restoring = Task.Run(() =>
        {
            var state = read();
            store.Install(state);
            checkpointer.Restored(header, state);
        });
    }

    ValueTask ISnapshotManager.ReclaimGarbageAsync(long watermark, CancellationToken token) => ValueTask.CompletedTask;

    async ValueTask<long> IStateMachine.ApplyAsync(LogEntry entry, CancellationToken token)
    {
        if (!Restoring.IsCompletedSuccessfully)
            await Restoring.WaitAsync(token).ConfigureAwait(false);
        Volatile.Write(ref term, entry.Term);
        if (entry.IsSnapshot)
            return await InstallAsync(entry, token).ConfigureAwait(false);

        // At start the log hands over what it keeps itself later, when it knows where; those come here emptied.
        if (entry.IsConfiguration)
        {
            await members.SaveConfigurationAsync(entry, entry.Index, token).ConfigureAwait(false);
            return entry.Index;
        }
        if (entry.TryGetPayload(out var content) && content.Length > 0)
            Apply(entry, content);
        return entry.Index;
    }

    private void Apply(LogEntry entry, in ReadOnlySequence<byte> content)
    {
        var own = entry.Context is OwnProposal mine && mine.Is(content) ? mine : null;
        var proposal = own?.Proposal ?? Read(entry.Index, content);
        var counted = store.Apply(proposal);

        // Before its proposer may go on, so that a checkpoint cannot miss what the proposer has seen done.
        checkpointer.Reached(new(entry.Index, entry.Term, store.Current), counted ? proposal : null, content.Length);
        own?.Reached(counted);
    }

    private StoreProposal Read(long at, in ReadOnlySequence<byte> content)
    {
        try
        {
            return SealedEntry.Read(content.IsSingleSegment ? content.FirstSpan : content.ToArray(), keyring);
        }
        catch (InvalidDataException fault)
        {
            throw Damage.Of($"Entry {at} of the log in {log} cannot be applied: {fault.Message}.", fault);
        }
    }

    private async Task<long> InstallAsync(LogEntry entry, CancellationToken token)
    {
        await using var copy = StateSnapshot.Temporary();
        await entry.WriteToAsync(IAsyncBinaryWriter.Create(copy, new byte[BufferBytes]), token).ConfigureAwait(false);
        await copy.FlushAsync(token).ConfigureAwait(false);
        copy.Position = 0;
        var (header, state) = await checkpointer.ImportAsync(copy).ConfigureAwait(false);
        store.Install(state);
        return header.Index;
    }
}
