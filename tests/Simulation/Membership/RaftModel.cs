using System.Collections.Immutable;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

internal enum RaftRole
{
    Follower,
    Candidate,
    Leader,
    Standby,
}

/// <summary>The replicated log as the library does it: a configuration counts when it is applied.</summary>
internal sealed partial class RaftModel
{
    private const double TimeoutMin = 1;

    private readonly MembershipWorld world;
    private double refreshed;
    private double timeout;
    private double heard = double.NegativeInfinity;
    private readonly long? joinedAfter;
    private bool keepsSeat;
    private long saving;
    private int? synchronized;
    private bool applying;
    private int campaign;

    public RaftModel(MembershipNode node, SimScope life)
    {
        (Node, world, Life) = (node, node.World, life);
        joinedAfter = Disk.JoinedAfter;
        keepsSeat = joinedAfter is null;
        (Known, Commit, refreshed) = (Disk.Members, Disk.Committed, world.Now);
        Members = world.Mutations.StartsByTheFile ? Known : Seen(Known);
        Role = Members.Contains(Node.Id) ? RaftRole.Follower : RaftRole.Standby;
        DrawTimeout();
    }

    public MembershipNode Node { get; }

    public MembershipDisk Disk => Node.Disk;

    public SimScope Life { get; }

    public RaftRole Role { get; private set; }

    public int? Leader { get; private set; }

    /// <summary>The members of the file.</summary>
    public ImmutableSortedSet<int> Known { get; private set; }

    /// <summary>The members as the library is told of them.</summary>
    public ImmutableSortedSet<int> Members { get; private set; }

    public long Commit { get; private set; }

    public long Applied { get; private set; }

    public Snapshot State { get; private set; } = Snapshot.Empty;

    public bool IsLeader => Role is RaftRole.Leader && !Life.IsEnded;

    public bool IsMember => Known.Contains(Node.Id);

    /// <summary>A new leader is current once it has applied all that came before its term.</summary>
    public bool IsCurrent => (IsLeader && (Applied >= writeBarrier || world.Mutations.NewLeaderIsCurrent)) || (Leader is { } leader && leader == synchronized);

    /// <summary>Counts changes of members, reachability and leader.</summary>
    public int Changes { get; private set; }

    /// <summary>Whether nothing is under way that this node does on its own.</summary>
    public bool IsSettled => Applied == Commit && Members.SetEquals(Seen(Known));

    public void Start()
    {
        if (Members.Count == 1 && Members.Contains(Node.Id))
        {
            if (!world.Mutations.LeadsAloneInOldTerm)
                (Disk.Term, Disk.VotedFor) = (Disk.Term + 1, Node.Id);
            Lead(append: false);
        }
        if (world.Mutations.StartsByTheFile)
            world.After(world.Draw(0, 0.02), () => TakeMembers(Seen(Known)));
        Apply();
        world.Run(LeadAsync);
        Tick();
    }

    /// <summary>Whether this manager lets another one in.</summary>
    public bool Admits(int other) => Admits(other, IsCurrent);

    public bool Admits(int other, bool isCurrent) =>
        RaftPeers.Admits(State, MembershipNode.IdOf(other), isCurrent || world.Mutations.JudgesByStaleStore, id => Disk.Named.Any(named => MembershipNode.IdOf(named) == id));

    /// <summary>The members as the library would be told of them after a restart.</summary>
    public static ImmutableSortedSet<int> AfterRestart(MembershipDisk disk, int self, bool forgetsSeat)
    {
        var keeps = disk.JoinedAfter is null || (!forgetsSeat && disk.MembersVersion > disk.JoinedAfter && disk.Members.Contains(self));
        return keeps ? disk.Members.Add(self) : disk.Members.Remove(self);
    }

    private ImmutableSortedSet<int> Seen(ImmutableSortedSet<int> members)
    {
        var version = world.Mutations.ForgetsSeat ? saving : Math.Max(saving, Disk.MembersVersion);
        keepsSeat |= version > joinedAfter && members.Contains(Node.Id);
        if (keepsSeat && !world.Mutations.ForgetsSeat)
            Disk.JoinedAfter = null;
        return keepsSeat ? members.Add(Node.Id) : members.Remove(Node.Id);
    }

    private void DrawTimeout() => timeout = world.Draw(TimeoutMin, 2 * TimeoutMin);

    private void Tick()
    {
        if (Life.IsEnded)
            return;
        if (Role is RaftRole.Leader)
            Heartbeat();
        else if (world.Now - refreshed >= timeout)
            Expire();
        world.After(world.Draw(0.2, 0.3), () => Node.WhenRunning(Tick));
    }

    private void Expire()
    {
        refreshed = world.Now;
        SetLeader(null);
        if (Role is RaftRole.Follower)
            PreVote();
    }

    private void SetLeader(int? leader)
    {
        if (Leader == leader)
            return;
        Leader = leader;
        Changes++;
        if (leader is { } remote && remote != Node.Id)
            world.Run(() => SynchronizeAsync(remote));
    }

    /// <summary>Catches up with a leader that this manager begins to follow.</summary>
    private async Task SynchronizeAsync(int leader)
    {
        while (Leader == leader)
        {
            long? committed = null;
            var answered = false;
            Send(leader, raft => raft.Role is RaftRole.Leader ? raft.Commit : (long?)null, answer => (committed, answered) = (answer, true));
            await world.UntilAsync(Life, () => answered).ConfigureAwait(false);
            if (committed is { } index && await world.UntilAsync(Life, () => Applied >= index, 5).ConfigureAwait(false))
            {
                synchronized = leader;
                LearnManagers();
                return;
            }
            await world.DelayAsync(Life, 0.2).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request; the answer is null where the other one is not reached.</summary>
    private void Send<T>(int to, Func<RaftModel, T?> handle, Action<T?> answer)
    {
        var done = false;
        void Answer(T? value)
        {
            if (done || Life.IsEnded)
                return;
            done = true;
            answer(value);
        }
        var target = world.Nodes[to];
        void Deliver()
        {
            if (target.Raft is not { Life.IsEnded: false } raft || !target.IsManagerByConnection || !Node.IsManagerByConnection || !raft.Admits(Node.Id) || !Admits(to))
            {
                world.After(world.Latency(), () => Answer(default));
                return;
            }
            var value = handle(raft);
            if (!world.Chance(world.Loss))
                world.After(world.Latency(), () => Node.WhenRunning(() => Answer(value)));
        }
        world.After(2, () => Node.WhenRunning(() => Answer(default)));
        if (world.Now < Math.Max(target.CutUntil, Node.CutUntil))
            return;
        if (!world.Chance(world.Loss))
            world.After(world.Latency(), () => target.WhenRunning(Deliver));
        if (world.Chance(world.Loss / 4))
            world.After(world.Draw(0.01, 2), () => target.WhenRunning(Deliver));
    }

    private void Advance(long commit)
    {
        if (commit <= Commit)
            return;
        Commit = commit;
        if (world.Chance(0.6))
            Disk.Committed = commit;
        Node.Checks.Committed(Node, commit);
        Apply();
    }

    private void Apply()
    {
        if (applying || Applied >= Commit)
            return;
        applying = true;
        world.After(world.Draw(0, Applied + 8 < Commit ? 0.06 : 0.004), () =>
        {
            applying = false;
            if (Life.IsEnded)
                return;
            ApplyNext();
            Apply();
        });
    }

    private void ApplyNext()
    {
        var entry = Disk.Log[(int)Applied++];
        if (entry.Proposal is { } proposal)
            State = State.Apply(proposal, null) ?? State;
        LearnManagers();
        if (entry.Members is { } members)
            Configure(members, Applied);
    }

    /// <summary>A log that is read again tells of managers of long ago.</summary>
    private void LearnManagers()
    {
        if ((world.Mutations.OnlyLeaderLearnsManagers ? IsLeader : IsCurrent) && LeaderCalls.Managers(State) is { Count: > 0 } managers)
            Disk.Named = managers;
    }

    private void Configure(ImmutableSortedSet<int> members, long version)
    {
        saving = version;
        if (!Disk.Save(members, version))
            return;
        world.Tell($"{Node.Name} applies members {string.Join(",", members)} of entry {version}");
        Known = members;
        Changes++;
        var seen = Seen(members);
        world.After(world.Draw(0, 0.003), () =>
        {
            if (!Life.IsEnded)
                TakeMembers(seen);
        });
    }

    private void TakeMembers(ImmutableSortedSet<int> seen)
    {
        var (was, now) = (Members.Contains(Node.Id), seen.Contains(Node.Id));
        Members = seen;
        Changes++;
        if (was && !now)
            Role = RaftRole.Standby;
        else if (now && !was)
            Follow();
    }

    private void Follow()
    {
        Role = RaftRole.Follower;
        refreshed = world.Now;
        DrawTimeout();
    }
}
