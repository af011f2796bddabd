using System.Collections.Immutable;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

/// <summary>An entry of the log: a change of the store, a configuration, or nothing.</summary>
internal sealed record LogEntry(long Term, StoreProposal? Proposal = null, ImmutableSortedSet<int>? Members = null)
{
    public override string ToString() => $"t{Term}" + (Members is null ? Proposal is null ? " empty" : " store" : $" members {string.Join(",", Members)}");
}

/// <summary>What a node keeps when its process ends.</summary>
internal sealed class MembershipDisk
{
    public long Term { get; set; }

    public int? VotedFor { get; set; }

    public List<LogEntry> Log { get; } = [];

    /// <summary>The log's own mark of what is committed, which may lag behind.</summary>
    public long Committed { get; set; }

    public ImmutableSortedSet<int> Members { get; set; } = [];

    public long MembersVersion { get; set; } = -1;

    public bool? InQuorum { get; set; } = false;

    public long? JoinedAfter { get; set; }

    /// <summary>The role in the certificate.</summary>
    public bool IsManagerByCertificate { get; set; }

    /// <summary>The managers that a leader has named.</summary>
    public ImmutableSortedSet<int> Named { get; set; } = [];

    public long Last => Log.Count;

    public long TermAt(long index) => index <= 0 || index > Log.Count ? 0 : Log[(int)index - 1].Term;

    public bool IsUpToDate(long index, long term) => term > TermAt(Last) || (term == TermAt(Last) && index >= Last);

    /// <summary>Saves a configuration, unless a newer one is there.</summary>
    public bool Save(ImmutableSortedSet<int> members, long version)
    {
        if (version <= MembersVersion)
            return false;
        (Members, MembersVersion) = (members, version);
        return true;
    }

    public void DeleteLog()
    {
        Log.Clear();
        (Term, VotedFor, Committed, Members, MembersVersion) = (0, null, 0, [], -1);
    }
}
