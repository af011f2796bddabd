namespace SwarmPS.Simulation.Membership;

/// <content>Elections and what a follower takes from a leader.</content>
internal sealed partial class RaftModel
{
    private void PreVote()
    {
        var (term, last, lastTerm) = (Disk.Term, Disk.Last, Disk.TermAt(Disk.Last));
        Poll(raft => raft.OnPreVote(Node.Id, term + 1, last, lastTerm), won =>
        {
            if (won && Role is RaftRole.Follower && Disk.Term == term && Leader is null && Members.Contains(Node.Id))
                Stand();
        });
    }

    private void Stand()
    {
        Role = RaftRole.Candidate;
        Disk.Term++;
        Disk.VotedFor = Node.Id;
        var (term, last, lastTerm) = (Disk.Term, Disk.Last, Disk.TermAt(Disk.Last));
        world.Tell($"{Node.Name} stands for term {term}, log {last}/{lastTerm}, members {string.Join(",", Members)}");
        Poll(raft => raft.OnVote(Node.Id, term, last, lastTerm), won =>
        {
            if (Role is not RaftRole.Candidate || Disk.Term != term)
                return;
            if (won && Members.Contains(Node.Id))
                Lead(append: true);
            else
                Follow();
        });
    }

    /// <summary>Asks all members; won where more agree than do not, and none leads.</summary>
    private void Poll(Func<RaftModel, (long Term, int Vote)> ask, Action<bool> end)
    {
        var (mine, left, votes) = (++campaign, Members.Count, 0);
        void Count((long Term, int Vote) answer)
        {
            if (mine != campaign)
                return;
            votes += answer.Vote == 0 ? -1 : answer.Vote;
            if (answer.Term > Disk.Term)
                StepDown(answer.Term);
            if (--left == 0)
                end(votes > 0);
        }
        foreach (var member in Members)
        {
            if (member == Node.Id)
                world.After(0, () => Count((Disk.Term, 1)));
            else
                Send(member, ask, Count);
        }
    }

    private bool IsSticky => world.Now - heard < timeout;

    private (long Term, int Vote) OnPreVote(int sender, long term, long last, long lastTerm) =>
        Role is RaftRole.Leader ? (Disk.Term, -1000)
        : (Disk.Term, Members.Contains(sender) && !IsSticky && Disk.Term <= term && Disk.IsUpToDate(last, lastTerm) ? 1 : -1);

    private (long Term, int Vote) OnVote(int sender, long term, long last, long lastTerm)
    {
        if (Disk.Term > term || IsSticky || !Members.Contains(sender))
            return (Disk.Term, -1);
        if (Disk.Term < term)
        {
            SetLeader(null);
            StepDown(term);
        }
        else if (Role is RaftRole.Leader or RaftRole.Candidate)
        {
            return (Disk.Term, -1);
        }
        if ((Disk.VotedFor is { } voted && voted != sender) || !Disk.IsUpToDate(last, lastTerm))
            return (Disk.Term, -1);
        Disk.VotedFor = sender;
        refreshed = world.Now;
        return (Disk.Term, 1);
    }

    private void StepDown(long term)
    {
        if (term > Disk.Term)
            (Disk.Term, Disk.VotedFor) = (term, null);
        if (Role is RaftRole.Leader or RaftRole.Candidate)
            Follow();
        refreshed = world.Now;
    }

    private (long Term, long Match, bool Taken)? OnAppend(int sender, long term, long previous, long previousTerm, LogEntry[] entries, long commit)
    {
        if (term < Disk.Term)
            return (Disk.Term, 0, false);
        Check.That(term > Disk.Term || Role is not RaftRole.Leader, "one leader has a term", () => $"{Node.Name} and {sender} lead term {term}");
        heard = world.Now;
        StepDown(term);
        SetLeader(Members.Contains(sender) ? sender : null);
        if (previous > Disk.Last || Disk.TermAt(previous) != previousTerm)
            return (Disk.Term, Disk.Last, false);
        for (var i = 0; i < entries.Length; i++)
            Put(previous + i + 1, entries[i]);
        Advance(Math.Min(commit, previous + entries.Length));
        return (Disk.Term, previous + entries.Length, true);
    }

    private void Put(long index, LogEntry entry)
    {
        if (index <= Disk.Last && Disk.TermAt(index) == entry.Term)
            return;
        if (index <= Disk.Last)
        {
            Check.That(index > Commit, "what is committed is not replaced", () => $"{Node.Name} at {index}");
            Disk.Log.RemoveRange((int)index - 1, (int)(Disk.Last - index + 1));
        }
        Disk.Log.Add(entry);
    }
}
