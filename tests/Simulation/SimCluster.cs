using System.Globalization;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>
/// A swarm in virtual time: the leader's decisions are the real ones, everything else (store, agents, users, misfortune) is played by
/// dice thrown from one seed.
/// </summary>
internal sealed class SimCluster
{
    private const int RoundsMax = 1_000;

    private static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(5);

    private readonly Random random;
    private readonly SimUsers users;
    private readonly SimNetwork network;
    private readonly SortedDictionary<string, SimAgent> agents = new(StringComparer.Ordinal);
    private SimFaults faults;
    private ControlRound round;
    private ulong observed;
    private ulong restedAt;
    private int ids;

    public SimCluster(int seed, List<string>? story = null)
    {
        Store = new() { Story = story };
        random = new(seed);
        faults = Options = SimFaults.Draw(random);
        network = new(random) { Faults = faults };
        users = new(random, this);
        round = NewRound();
        Store.Put(new SwarmObject { Id = "swarm" });
        for (var i = random.Next(1, 6); i > 0; i--)
            AddNode();
    }

    public SimStore Store { get; }

    /// <summary>How bad things are, until they end.</summary>
    public SimFaults Options { get; }

    public Snapshot State => Store.State;

    public Invariants Invariants { get; } = new();

    /// <summary>What the services were asked to be.</summary>
    public SpecLedger Specs { get; } = new();

    public IEnumerable<SimAgent> Agents => agents.Values;

    /// <summary>Changes that the leader has made.</summary>
    public int Decisions { get; private set; }

    public void AddNode()
    {
        var name = $"n{++ids:D5}";
        agents[name] = new(name, random, faults);
        Store.Put(new Node
        {
            Id = name,
            Spec = new() { Availability = NodeAvailability.Active, Labels = new([new("zone", random.Next(2) == 0 ? "a" : "b")]) },
            Status = new() { State = NodeState.Ready },
            Description = new() { Hostname = name, Resources = new() { NanoCPUs = 8_000_000_000, MemoryBytes = 8L << 30 } },
        });
    }

    public void RemoveNode(Node node)
    {
        agents.Remove(node.Id);
        Store.Delete(node);
    }

    /// <summary>Lets a while pass in which anything may happen.</summary>
    public void Step()
    {
        Store.Now += TimeSpan.FromMilliseconds(random.Next(20, 1500));
        if (random.NextDouble() < faults.Commands)
            users.Act();
        foreach (var agent in agents.Values.ToList())
            Trouble(agent);
        if (random.NextDouble() < faults.LeaderChanges)
            ChangeLeader();
        Pass();
    }

    /// <summary>Ends all misfortune: nodes come back and processes run.</summary>
    public void Heal()
    {
        faults = network.Faults = SimFaults.None;
        round.ChangesMax = faults.RoundChangesMax;
        foreach (var agent in agents.Values.ToList())
        {
            agent.Heal();
            if (!agent.Up)
                agent.PowerOn(Store.Now);
            agent.Connected = true;
        }
    }

    /// <summary>Lets a second pass without anything going wrong; true where the leader changed something.</summary>
    public bool StepQuietly(double seconds = 1)
    {
        Store.Now += TimeSpan.FromSeconds(seconds);
        var before = Decisions;
        Pass();
        return Decisions > before;
    }

    /// <summary>When the leader will look again though nothing happens, where that is within an hour; it has to be waited for.</summary>
    public double? DueInSeconds() => round.WakeAt is { } due && (due - Store.Now).TotalSeconds is > 0 and < 3600 and var seconds ? seconds : null;

    private void Pass()
    {
        foreach (var agent in agents.Values)
        {
            Watch(agent);
            if (agent.Connected && random.NextDouble() >= faults.AssignmentsLate)
                agent.Receive(State.TasksOfNode(agent.NodeId));
            if (agent.Up)
                agent.Work(Store.Now);
            if (agent.Connected)
                network.Send(agent, Store.Now);
        }
        TakeReports();
        Decide();
    }

    public string NewId() => "t" + (++ids).ToString("D6", CultureInfo.InvariantCulture);

    private void Trouble(SimAgent agent)
    {
        if (random.NextDouble() < faults.NodeFaults)
        {
            if (!agent.Up)
                agent.PowerOn(Store.Now);
            else if (!agent.Connected)
                agent.Connected = true;
            else if (random.Next(2) == 0)
                agent.Disconnect(Store.Now);
            else
                agent.PowerOff(Store.Now);
        }
        if (agent.Up && random.NextDouble() < faults.TaskEnds && agent.Running.ToList() is { Count: > 0 } running)
            agent.End(running[random.Next(running.Count)], random.Next(3) == 0 ? TaskState.Complete : TaskState.Failed, Store.Now);
    }

    /// <summary>A new leader knows nothing but the store, and of no node whether it is there.</summary>
    private void ChangeLeader()
    {
        round = NewRound();
        foreach (var node in State.Nodes.All.OrderBy(node => node.Id, StringComparer.Ordinal).Where(node => node.Status.State == NodeState.Ready))
            Store.Put(node with { Status = node.Status with { State = NodeState.Unknown } });
    }

    /// <summary>A node counts as ready while it is heard from, and as down a while after.</summary>
    private void Watch(SimAgent agent)
    {
        var node = State.Nodes.Find(agent.NodeId)!;
        if (agent.Connected && node.Status.State != NodeState.Ready && random.Next(3) > 0)
            Store.Put(node with { Status = node.Status with { State = NodeState.Ready } });
        else if (!agent.Connected && node.Status.State != NodeState.Down && Store.Now - agent.LostAt > DownAfter)
            Store.Put(node with { Status = node.Status with { State = NodeState.Down } });
    }

    private ControlRound NewRound() => new(NewId) { ChangesMax = faults.RoundChangesMax };

    /// <summary>Writes what arrives, as a manager does.</summary>
    private void TakeReports()
    {
        var changed = new Dictionary<string, SwarmTask>(StringComparer.Ordinal);
        foreach (var (from, report) in network.Receive(Store.Now))
        {
            if (StatusWriter.Apply(changed.GetValueOrDefault(report.TaskId) ?? State.Tasks.Find(report.TaskId), from.NodeId, report.Status) is { } moved)
                changed[report.TaskId] = moved;
        }
        Store.Commit(changed.Values.Select(StoreChange.Put));
    }

    /// <summary>
    /// The leader decides on what has changed alone. Who knows nothing and looks at all of a service comes to the same, whenever the leader
    /// is made to look at any one of its tasks.
    /// </summary>
    private void LookAgain()
    {
        if (random.Next(4) > 0 || State.Tasks.Count == 0)
            return;
        var task = State.Tasks.All.ElementAt(random.Next(State.Tasks.Count));
        var all = Orchestrator.Plan(State, task.ServiceId, Store.Now, NewId, round.ChangesMax);
        var news = new ObjectChange(ObjectKind.Task, task with { DesiredState = TaskState.New }, task with { Version = default });
        var some = round.Decide(State, [news], Store.Now);
        Check.That(
            Afresh.Tell(State, all.Changes).SequenceEqual(Afresh.Tell(State, some)), "the leader overlooks nothing",
            () => $"{task.ServiceId}, at {task.Id}: {string.Join(", ", Afresh.Tell(State, all.Changes))}, but the leader {string.Join(", ", Afresh.Tell(State, some))}");
        Check.That(all.WakeAt is not { } due || round.WakeAt <= due, "the leader overlooks no time", () => $"{task.ServiceId} at {all.WakeAt}, the leader {round.WakeAt}");
        Store.Commit(some);
    }

    /// <summary>Runs the leader's rounds until it has nothing more to do.</summary>
    private void Decide()
    {
        for (var rounds = 0; ; rounds++)
        {
            Check.That(rounds < RoundsMax, "the leader comes to rest", () => $"after {rounds} rounds");
            // The last transactions may share the round's log entry: they are in its state, and told of only later.
            var upTo = State.Version - Math.Min(State.Version - observed, (ulong)random.Next(3));
            round.Observe(State, random.Next(200) == 0 ? new(true, []) : new(false, Store.Between(observed, upTo)));
            observed = upTo;
            Store.Forget(observed);
            if (!round.HasWork(Store.Now) && observed == State.Version)
                break;
            var changes = round.Decide(State, Store.Between(observed, State.Version), Store.Now);
            if (random.NextDouble() < faults.RoundsLost)
            {
                round.Reset();
                continue;
            }
            var before = State;
            Decisions += changes.Count;
            var seen = Store.Commit(changes);
            Invariants.Check(before, State, seen, Store.Now);
            Specs.Check(seen);
            if (random.NextDouble() < faults.LeaderChangesInRounds)
                ChangeLeader();
            if (random.NextDouble() < faults.CommandsInRounds)
                users.Act();
        }
        if (State.Version != restedAt)
        {
            AtRest.Check(State);
            LookAgain();
        }
        restedAt = State.Version;
    }
}
