using System.Globalization;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Leader;

/// <summary>The leader moves tasks to nodes that come, where the swarm's administrator wants that.</summary>
public sealed class SwarmBalanceTests
{
    private readonly ControlRound round;
    private Snapshot state = Snapshot.Empty;
    private Timestamp now = new(1_000_000_000_000);
    private int ids;

    public SwarmBalanceTests()
    {
        round = new(() => (++ids).ToString("D6", CultureInfo.InvariantCulture));
        Make([StoreChange.Put(new SwarmObject { Id = "swarm" }), StoreChange.Put(Ready("a")), StoreChange.Put(Ready("b"))]);
    }

    [Fact]
    public void SwarmThatSaysNothing_MovesNothing()
    {
        Create("web", 6);
        Come("c");
        Assert.Empty(On("c"));
    }

    [Fact]
    public void NodeThatCame_GetsItsShare_NeverMoreAtATimeThanTheBudget()
    {
        Budget("2");
        Create("web", 6, parallelism: 0);
        Create("api", 6, parallelism: 0);
        Come("c");
        var most = 0;
        for (var batches = 0; batches < 20; batches++)
        {
            most = Math.Max(most, UnderWay());
            Run();
        }
        Assert.Equal(2, most);
        Assert.Equal([2, 2, 2], new[] { "a", "b", "c" }.Select(node => On(node).Count(task => task.ServiceId == "web")));
        Assert.Equal([2, 2, 2], new[] { "a", "b", "c" }.Select(node => On(node).Count(task => task.ServiceId == "api")));
    }

    [Fact]
    public void Parallelism_OfEachServiceHoldsToo()
    {
        Budget("5");
        Create("web", 6);
        Come("c");
        Assert.Equal(1, UnderWay());
    }

    [Fact]
    public void NodeThatJustCame_IsLetSettle()
    {
        Budget("1");
        Create("web", 6);
        Make([StoreChange.Put(Ready("c"))]);
        Assert.Equal(0, UnderWay());
        Assert.Equal(now + SwarmBalance.SettleTime, round.WakeAt);
        Pass(SwarmBalance.SettleTime);
        Assert.Equal(1, UnderWay());
    }

    [Fact]
    public void BudgetThatIsSetLater_CountsForNodesThatCameBefore()
    {
        Create("web", 6);
        Come("c");
        Budget("1");
        Pass(SwarmBalance.SettleTime);
        Assert.Equal(1, UnderWay());
    }

    [Fact]
    public void ServiceWhoseTaskDoesNotRunElsewhere_IsLetBe_UntilANodeComes()
    {
        Budget("1");
        Create("web", 6);
        Come("c");
        Make([Reported(Assert.Single(On("c")), TaskState.Failed)]);
        Run();
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(0, UnderWay());
        Come("d");
        Assert.Equal(1, UnderWay());
    }

    [Fact]
    public void NextLeader_CountsMovesThatTheLastOneBegan()
    {
        Budget("2");
        Create("web", 6);
        Create("api", 6);
        Come("c");
        Assert.Equal(2, UnderWay());
        round.Reset();
        Make([]);
        Pass(SwarmBalance.SettleTime);
        Assert.Equal(2, UnderWay());
        for (var batches = 0; batches < 10; batches++)
            Run();
        Assert.Equal(4, On("c").Count);
    }

    private static Node Ready(string id) => new()
    {
        Id = id,
        Spec = new() { Role = NodeRole.Worker, Availability = NodeAvailability.Active },
        Status = new() { State = NodeState.Ready },
    };

    private List<SwarmTask> On(string node) => [.. state.TasksOfNode(node).Where(task => task.DesiredState <= TaskState.Running)];

    private int UnderWay() => state.Services.All.Sum(service => Moves.UnderWay(state, service).Count());

    private void Budget(string budget) =>
        Make([StoreChange.Put(state.Swarm! with { Spec = new() { Labels = new([new(RebalanceBudget.Label, budget)]) } })]);

    private void Create(string name, ulong replicas, ulong parallelism = 1)
    {
        var spec = new ServiceSpec
        {
            Name = name,
            TaskTemplate = new() { ContainerSpec = new() { Image = "web:1" } },
            Mode = new() { Replicated = new(replicas) },
            UpdateConfig = new() { Parallelism = parallelism },
        };
        Make([StoreChange.Put(ServiceUpdates.Create(name, spec, state.Version + 1, now))]);
        Run();
    }

    private void Come(string node)
    {
        Make([StoreChange.Put(Ready(node))]);
        Pass(SwarmBalance.SettleTime);
    }

    private void Pass(TimeSpan time)
    {
        now += time;
        Make([]);
    }

    /// <summary>The nodes do what they are told.</summary>
    private void Run() => Make([.. state.Tasks.All
        .Where(task => task.Status.State is >= TaskState.Assigned and <= TaskState.Running && task.DesiredState >= TaskState.Running)
        .Select(task => Reported(task, task.DesiredState >= TaskState.Shutdown ? TaskState.Shutdown : TaskState.Running))]);

    private StoreChange Reported(SwarmTask task, TaskState reached) =>
        StoreChange.Put(task with { Status = task.Status with { State = reached, Timestamp = now } });

    /// <summary>Makes changes, and lets the leader decide until it has nothing more to do.</summary>
    private void Make(IReadOnlyCollection<StoreChange> changes)
    {
        for (var rounds = 0; ; rounds++)
        {
            Assert.True(rounds < 100, "the leader does not come to rest");
            (state, var made) = state.Try(transaction => transaction.Apply(changes), now);
            round.Observe(state, new(false, made));
            if (!round.HasWork(now))
                return;
            changes = round.Decide(state, [], now);
        }
    }
}
