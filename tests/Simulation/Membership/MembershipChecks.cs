using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Simulation.Membership;

/// <summary>What must hold of the quorum after every step.</summary>
internal sealed class MembershipChecks
{
    private const double RefusalMax = 3;

    private readonly Dictionary<(int Node, int Member), double> refused = [];
    private readonly List<LogEntry> ledger = [];
    private readonly Dictionary<long, int> leaders = [];
    private readonly Dictionary<int, long> told = [];
    private ImmutableSortedSet<int> newest = [];
    private ImmutableSortedSet<int> before = [];

    public required MembershipWorld World { get; init; }

    /// <summary>The newest committed configuration.</summary>
    public ImmutableSortedSet<int> Newest
    {
        get => newest;
        init => newest = value;
    }

    public long NewestVersion { get; private set; }

    public void Committed(MembershipNode node, long commit)
    {
        for (var i = 1; i <= commit; i++)
        {
            var entry = node.Disk.Log[i - 1];
            if (i <= ledger.Count)
            {
                Check.That(ledger[i - 1].Term == entry.Term, "committed entries are the same everywhere", () => $"{node.Name} has {entry} at {i}, not {ledger[i - 1]}");
                continue;
            }
            ledger.Add(entry);
            if (entry.Members is { } members)
                (before, newest, NewestVersion) = (newest, members, i);
        }
        told[node.Id] = Math.Max(told.GetValueOrDefault(node.Id), commit);
    }

    public void Leads(MembershipNode node, long term)
    {
        Check.That(leaders.TryAdd(term, node.Id) || leaders[term] == node.Id, "one leader has a term", () => $"{node.Name} and n{leaders[term]} lead term {term}");
        for (var i = 1; i <= ledger.Count; i++)
            Check.That(node.Disk.TermAt(i) == ledger[i - 1].Term, "a leader has all that is committed", () => $"{node.Name} lacks {ledger[i - 1]} at {i}");
        MayLead(node);
    }

    public void Appends(MembershipNode node, LogEntry entry)
    {
        if (entry.Members is not { } members || node.Raft is not { } raft)
            return;
        var pending = node.Disk.Log.Skip((int)raft.Applied).FirstOrDefault(one => one.Members is not null);
        Check.That(pending is null, "one change of members is made at a time", () => $"{node.Name} appends {entry} while {pending} is not applied");
        Check.That(members.SymmetricExcept(raft.Known).Count == 1, "one member is changed at a time", () => $"{node.Name} changes {string.Join(",", raft.Known)} to {string.Join(",", members)}");
        Check.That(node.Disk.TermAt(raft.Commit) == node.Disk.Term, "an entry of the leader's own term is committed before members change", () => node.Name);
        var version = node.Disk.MembersVersion;
        var knowing = raft.Known.Count(member => told.GetValueOrDefault(member) >= version || World.Nodes[member].Disk.MembersVersion >= version);
        Check.That(knowing > raft.Known.Count / 2, "a majority knows the last change of members before the next one", () => $"{node.Name} appends {entry}, {knowing} of {string.Join(",", raft.Known)} know entry {version}");
    }

    /// <summary>No log goes while a committed or proposed configuration names the node.</summary>
    public void DeletesLog(MembershipNode node)
    {
        told.Remove(node.Id);
        if (node.Disk.Last == 0)
            return;
        EndsRaft(node);
        var removed = ledger.FindLastIndex(entry => entry.Members?.Contains(node.Id) == true) + 1;
        bool Knows(int member) => World.Nodes[member].Disk is var disk && disk.Last > removed && disk.TermAt(removed + 1) == ledger[removed].Term;

        // The newest configuration was agreed on by those of the one before.
        Check.That(
            newest.Count(Knows) > newest.Count / 2 || before.Count(Knows) > before.Count / 2,
            "those who stay have all that a removed manager has",
            () => $"of {string.Join(",", newest)} and {string.Join(",", before)} too few know that {node.Name} is removed");
    }

    public void EndsRaft(MembershipNode node)
    {
        Check.That(!newest.Contains(node.Id), "no member's raft ends or log goes", () => $"{node.Name} in {string.Join(",", newest)} of entry {NewestVersion}");
        var leader = World.Nodes.Where(one => one.Raft is { IsLeader: true }).MaxBy(one => one.Disk.Term);
        var proposed = leader?.Disk.Log.Skip((int)leader.Raft!.Commit).FirstOrDefault(entry => entry.Members?.Contains(node.Id) == true);
        Check.That(proposed is null, "no raft ends or log goes of one who is about to be a member", () => $"{node.Name}, in {proposed} of {leader!.Name}");
    }

    /// <summary>What must hold at any time.</summary>
    public void CheckAll()
    {
        CheckElectable(afterRestart: false);
        CheckElectable(afterRestart: true);
        CheckAdmission();
    }

    /// <summary>One outside its own configuration leads only until a majority has that configuration.</summary>
    private static void MayLead(MembershipNode node)
    {
        if (node.Raft is not { } raft || raft.IsMember)
            return;
        var knowing = raft.Known.Count(member => node.World.Nodes[member].Disk.MembersVersion >= node.Disk.MembersVersion);
        Check.That(knowing <= raft.Known.Count / 2, "no removed manager is elected", () => $"{node.Name} leads, outside {string.Join(",", raft.Known)}");
    }

    private void CheckElectable(bool afterRestart)
    {
        if (World.Nodes.Any(node => node.Raft is { IsSettled: false }))
            return;
        Check.That(
            World.Nodes.Any(node => CanWin(node, afterRestart)),
            afterRestart ? "a leader can be elected after a restart of all" : "a leader can be elected",
            () => string.Join("; ", World.Nodes.Select(node => Tell(node, afterRestart))));
    }

    private bool CanWin(MembershipNode node, bool afterRestart) =>
        View(node, afterRestart) is { } view && view.Contains(node.Id) && view.Count(member => Votes(World.Nodes[member], node, afterRestart)) > view.Count / 2;

    private bool Votes(MembershipNode voter, MembershipNode candidate, bool afterRestart) =>
        voter == candidate
        || (View(voter, afterRestart) is { } view
            && view.Contains(candidate.Id)
            && candidate.Disk.IsManagerByCertificate && voter.Disk.IsManagerByCertificate
            && voter.Disk.IsUpToDate(candidate.Disk.Last, candidate.Disk.TermAt(candidate.Disk.Last))
            && Admits(voter, candidate) && Admits(candidate, voter));

    private static bool Admits(MembershipNode node, MembershipNode other) =>
        node.Raft is { } raft ? raft.Admits(other.Id, isCurrent: false) : node.Admitted.Contains(other.Id) || node.Disk.Named.Contains(other.Id);

    /// <summary>The members that a node's library knows, or would know if it ran; null where it takes no part.</summary>
    private ImmutableSortedSet<int>? View(MembershipNode node, bool afterRestart)
    {
        if (node.Raft is { } raft && !afterRestart)
            return raft.Members;
        if (node.HasLeft || !node.Disk.IsManagerByCertificate || node.Disk.InQuorum is false)
            return node.Raft?.Members;
        return RaftModel.AfterRestart(node.Disk, node.Id, World.Mutations.ForgetsSeat);
    }

    private string Tell(MembershipNode node, bool afterRestart) =>
        $"{node.Name}: {(View(node, afterRestart) is { } view ? $"members {string.Join(",", view)}" : "no part")}, log {node.Disk.Last}/{node.Disk.TermAt(node.Disk.Last)}, "
        + $"named {string.Join(",", node.Disk.Named)}, file {string.Join(",", node.Disk.Members)} of {node.Disk.MembersVersion}, joined after {node.Disk.JoinedAfter}";

    /// <summary>One that is not current refuses no manager of a configuration that it has applied, but while it replays its log.</summary>
    private void CheckAdmission()
    {
        foreach (var node in World.Nodes)
        {
            foreach (var member in newest.Remove(node.Id))
            {
                if (node.Raft is not { IsCurrent: false } raft || node.Disk.MembersVersion < NewestVersion || raft.Admits(member))
                {
                    refused.Remove((node.Id, member));
                    continue;
                }
                if (refused.TryAdd((node.Id, member), World.Now))
                    continue;
                Check.That(
                    World.Now - refused[(node.Id, member)] < RefusalMax,
                    "one that is not current refuses no member",
                    () => $"{node.Name} refuses n{member}, named {string.Join(",", node.Disk.Named)}");
            }
        }
    }

    /// <summary>Why the swarm is not at rest; null where it is.</summary>
    public string? Unrest()
    {
        var leading = World.Nodes.Where(node => node.Raft is { IsLeader: true }).ToList();
        if (leading is not [{ Raft: { } leader }])
            return $"{leading.Count} lead";
        foreach (var node in World.Nodes.Where(node => !node.HasLeft))
        {
            // Who was away while all managers that it knew were replaced does not find the swarm again.
            if (leader.State.Nodes.Find(node.Name) is not { } known || !node.Candidates.Add(node.Id).Any(one => World.Nodes[one].IsManager && leader.Known.Contains(one)))
                continue;
            var wanted = known.Spec.Role is NodeRole.Manager;
            var (role, member, session) = (known.CurrentRole is NodeRole.Manager, leader.Known.Contains(node.Id), known.SessionRole is NodeRole.Manager);
            if (role != wanted || member != wanted || session != wanted || node.Disk.IsManagerByCertificate != wanted || node.IsManager != wanted)
                return $"{node.Name} wanted {wanted}, role {role}, member {member}, session {session}, certificate {node.Disk.IsManagerByCertificate}, runs {node.IsManager}";
        }
        return null;
    }
}
