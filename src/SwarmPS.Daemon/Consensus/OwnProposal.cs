using System.Buffers;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// A proposal of this manager's own on its way through the log, so that it need not be opened and decoded when it is applied.
/// </summary>
internal sealed class OwnProposal(StoreProposal proposal, ReadOnlyMemory<byte> entry)
{
    private volatile int outcome;

    public StoreProposal Proposal => proposal;

    /// <summary>Whether the entry was reached and counted.</summary>
    public bool Counted => outcome == 1;

    /// <summary>Whether the entry was reached and was void.</summary>
    public bool Void => outcome == 2;

    /// <summary>
    /// Whether the entry is really this one. The log keeps its notes by index: where this manager lost the lead and the new leader
    /// put another entry in this one's place, the note still hangs on the index.
    /// </summary>
    public bool Is(in ReadOnlySequence<byte> other)
    {
        if (outcome != 0 || other.Length != entry.Length)
            return false;
        Span<byte> start = stackalloc byte[SealedEntry.FingerprintBytes];
        other.Slice(0, start.Length).CopyTo(start);
        return start.SequenceEqual(entry.Span[..start.Length]);
    }

    public void Reached(bool counted) => outcome = counted ? 1 : 2;
}
