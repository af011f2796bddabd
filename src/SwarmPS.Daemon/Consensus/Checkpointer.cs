using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// Knows what changed since the last checkpoint, and writes one, off the path of entries, when there is enough of it: the swarm's
/// snapshot interval in entries, or so many bytes of log. A checkpoint that fails is tried again when as much has come again.
/// </summary>
internal sealed class Checkpointer(Checkpoint checkpoint, ILogger log)
{
    /// <summary>Entries between checkpoints where the swarm says nothing.</summary>
    public const ulong DefaultInterval = 10_000;

    /// <summary>Bytes of log after which there is one in any case: what a restart has to read again.</summary>
    public const long LogBytesMax = 8 << 20;

    private readonly Lock gate = new();
    private HashSet<(ObjectKind, string)> changed = [];
    private ulong entries;
    private long bytes;
    private Standing? standing;
    private Task running = Task.CompletedTask;
    private volatile StateSnapshot? last;

    /// <summary>The last checkpoint; null before the first.</summary>
    public StateSnapshot? Last => last;

    /// <summary>Begins on a checkpoint of this header, whose state may yet be on its way.</summary>
    public void Begins(CheckpointHeader header) => last = new(checkpoint, header.Index, header.Term);

    /// <summary>Goes on from the state of a checkpoint.</summary>
    public void Restored(CheckpointHeader header, Snapshot state)
    {
        lock (gate)
        {
            (changed, entries, bytes) = ([], 0, 0);
            standing = new(header.Index, header.Term, state);
            last = new(checkpoint, header.Index, header.Term);
        }
    }

    /// <summary>Notes an entry that was reached (null where it was void), and begins a checkpoint of where it led to if it is time.</summary>
    public void Reached(Standing at, StoreProposal? proposal, long entryBytes)
    {
        lock (gate)
        {
            foreach (var change in proposal?.Commands.SelectMany(command => command.Changes) ?? [])
                changed.Add((change.Kind, change.Id));
            standing = at;
            entries++;
            bytes += entryBytes;
            if (running.IsCompleted && (entries >= Interval(at.State) || bytes >= LogBytesMax))
                running = Begin(at);
        }
    }

    /// <summary>Writes one of where things stand, unless there is one, and returns once it is there.</summary>
    public async Task WriteNowAsync()
    {
        // What failed before is tried again by this one.
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task now;
        lock (gate)
        {
            if (standing is not { } at || at.Index <= (last?.Index ?? 0))
                return;
            now = running = Begin(at);
        }
        await now.ConfigureAwait(false);
    }

    /// <summary>Takes over what the leader sent in place of everything.</summary>
    public async Task<(CheckpointHeader Header, Snapshot State)> ImportAsync(Stream from)
    {
        // One writer at a time; the one under way is of an older state.
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var (header, state) = checkpoint.Import(from);
        Restored(header, state);
        return (header, state);
    }

    private static ulong Interval(Snapshot state) => state.Swarm?.Spec.Raft?.SnapshotInterval is { } asked and > 0 ? asked : DefaultInterval;

    private Task Begin(Standing at)
    {
        var taken = changed;
        (changed, entries, bytes) = ([], 0, 0);
        return Task.Run(() => Write(at, taken));
    }

    /// <summary>What fails is told to who waits for it, and logged for when no one does.</summary>
    private void Write(Standing at, HashSet<(ObjectKind, string)> taken)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            checkpoint.Write(at.Index, at.Term, at.State, taken);
            last = new(checkpoint, at.Index, at.Term);
            log.CheckpointWritten(at.Index, taken.Count, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (SwarmException fault)
        {
            // The log still has everything; these objects go into the next one.
            lock (gate)
                changed.UnionWith(taken);
            log.CheckpointFailed(fault);
            throw;
        }
    }
}

/// <summary>Where the store stands in the log.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Term">Its term.</param>
/// <param name="State">What it led to.</param>
internal readonly record struct Standing(long Index, long Term, Snapshot State);
