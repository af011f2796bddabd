using System.Globalization;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Leader;

/// <summary>What deciding costs, counted in slots that are looked at: it goes by what has changed, and not by what there is.</summary>
public sealed class DecisionCostTests
{
    private const int Replicas = 2_000;

    private readonly ControlRound round;
    private Snapshot state = Snapshot.Empty;
    private Timestamp now = new(1_000_000_000_000);
    private int ids;

    public DecisionCostTests()
    {
        round = new(() => (++ids).ToString("D6", CultureInfo.InvariantCulture)) { ChangesMax = 500 };
        Make([StoreChange.Put(new SwarmObject { Id = "swarm" }), .. Enumerable.Range(1, 10).Select(number => StoreChange.Put(Ready($"n{number:D2}")))]);
    }

    [Fact]
    public void LargeService_IsMadeInSeveralRounds_EachOfWhichLooksAtItsOwnSlots()
    {
        Create();
        Assert.Equal(Replicas, state.Tasks.Count);
        Assert.InRange(round.SlotsSeen, Replicas, 3 * Replicas);
    }

    [Fact]
    public void FailedTask_CostsItsOwnSlot()
    {
        Create();
        Run();
        var before = round.SlotsSeen;
        foreach (var task in Live().Take(20).ToList())
            Make([StoreChange.Put(task with { Status = task.Status with { State = TaskState.Failed, Timestamp = now } })]);
        Assert.Equal(20, Live().Count(task => task.DesiredState == TaskState.Ready));
        // A slot that waits for its delay is looked at again by the plans after, and the last ones made once more.
        Assert.InRange(round.SlotsSeen - before, 20, Replicas / 2);
    }

    [Fact]
    public void RollingUpdate_CostsWhatItReplaces()
    {
        Create(spec => spec with { UpdateConfig = new() { Parallelism = 50, Monitor = TimeSpan.FromSeconds(1) } });
        Run();
        var service = state.Services.Find("web")!;
        var spec = service.Spec with { TaskTemplate = new() { ContainerSpec = new() { Image = "web:2" } } };
        var before = round.SlotsSeen;
        Make([StoreChange.Put(ServiceUpdates.Apply(service, spec, state.Version + 1, now))]);
        for (var batches = 0; state.Services.Find("web")!.UpdateStatus!.State == UpdateState.Updating; batches++)
        {
            Assert.True(batches < Replicas);
            Run();
            now += TimeSpan.FromSeconds(1);
            Make([]);
        }
        Assert.All(Live(), task => Assert.Equal("web:2", task.Spec.ContainerSpec!.Image));
        // A look at all where the update begins and ends, and else, for each report, at the batch that is under way.
        Assert.InRange(round.SlotsSeen - before, Replicas, 150 * Replicas);
    }

    [Fact]
    public void RemovedService_CostsEachTaskAFewLooks()
    {
        Create();
        Run();
        var before = round.SlotsSeen;
        Make([StoreChange.Delete(state.Services.Find("web")!)]);
        foreach (var part in state.Tasks.All.Chunk(100).ToList())
            Make([.. part.Select(task => StoreChange.Put(state.Tasks.Find(task.Id)! with { Status = task.Status with { State = TaskState.Shutdown, Timestamp = now } }))]);
        Assert.Empty(state.Tasks.All);
        Assert.InRange(round.SlotsSeen - before, Replicas, 8 * Replicas);
    }

    private static Node Ready(string id) => new()
    {
        Id = id,
        Spec = new() { Role = NodeRole.Worker, Availability = NodeAvailability.Active },
        Status = new() { State = NodeState.Ready },
    };

    private IEnumerable<SwarmTask> Live() => state.Tasks.All.Where(task => task.DesiredState <= TaskState.Running);

    private void Create(Func<ServiceSpec, ServiceSpec>? with = null)
    {
        var spec = new ServiceSpec { Name = "web", TaskTemplate = new() { ContainerSpec = new() { Image = "web:1" } }, Mode = new() { Replicated = new(Replicas) } };
        Make([StoreChange.Put(ServiceUpdates.Create("web", with is null ? spec : with(spec), state.Version + 1, now))]);
    }

    /// <summary>The nodes do what they are told, and the leader hears of it in one report each.</summary>
    private void Run()
    {
        foreach (var task in state.Tasks.All.Where(task => task.Status.State is >= TaskState.Assigned and <= TaskState.Running && task.DesiredState >= TaskState.Running).OrderBy(task => task.Slot).ToList())
        {
            var reached = task.DesiredState >= TaskState.Shutdown ? TaskState.Shutdown : TaskState.Running;
            if (state.Tasks.Find(task.Id) is { } current && reached > current.Status.State)
                Make([StoreChange.Put(current with { Status = current.Status with { State = reached, Timestamp = now } })]);
        }
    }

    /// <summary>Makes changes, and lets the leader decide until it has nothing more to do.</summary>
    private void Make(IReadOnlyCollection<StoreChange> changes)
    {
        while (true)
        {
            (state, var made) = state.Try(transaction => transaction.Apply(changes), now);
            round.Observe(state, new(false, made));
            if (!round.HasWork(now))
                return;
            changes = round.Decide(state, [], now);
        }
    }
}
