using SwarmPS.Model;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Scheduling;

public sealed class RebalancingTests
{
    private static readonly Service Web = new() { Id = "web", Spec = new() { Mode = new() { Replicated = new(6) } } };

    [Fact]
    public void EmptyNode_GetsItsShare_AndNoMore() => Assert.Equal(["c", "c"], Moved(State("aaabbb")));

    [Fact]
    public void SpreadThatCannotBeBetter_StaysAsItIs()
    {
        Assert.Empty(Moved(State("aabbcc")));
        Assert.Empty(Moved(State("aaaa", drained: "bc")));
    }

    [Fact]
    public void Budget_IsKept() => Assert.Equal(["c"], Moved(State("aaabbb"), most: 1));

    [Fact]
    public void NodeThatMayNotHaveTheService_GetsNone()
    {
        var spec = Web.Spec.TaskTemplate with { Placement = new() { Constraints = ["node.hostname != c"] } };
        Assert.Empty(Moved(State("aaabbb"), spec));
    }

    [Fact]
    public void MaxReplicas_AndFixedPorts_Hold()
    {
        Assert.Equal(["c"], Moved(State("aaabbb"), Web.Spec.TaskTemplate with { Placement = new() { MaxReplicas = 1 } }));
        ValueList<PortConfig> ports = [new() { TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host }];
        Assert.Equal(["c"], Moved(State("aaabbb", with: task => task with { Ports = ports })));
    }

    [Fact]
    public void ResourcesOfATaskThatLeaves_AreNotCountedAsFree()
    {
        var spec = new TaskSpec { Resources = new() { Reservations = new() { MemoryBytes = 3L << 30 } } };
        Assert.Equal(["c"], Moved(State("aaabbb", with: task => task with { Spec = spec })));
    }

    [Fact]
    public void TasksThatDoNotRun_OrAreOnTheirWay_AreLeftAlone()
    {
        Assert.Empty(Moved(State("aaaaaa", with: task => task with { Status = new() { State = TaskState.Starting } })));
        // Two tasks in a slot: one of them is about to go.
        Assert.Empty(Moved(State("aaaa", with: task => task with { Slot = (task.Slot + 1) / 2 })));
    }

    [Fact]
    public void Preferences_GoBeforeNodes()
    {
        var spec = new TaskSpec { Placement = new() { Preferences = [new(new("node.labels.zone"))] } };
        // The zone of a and b has four of six, that of c two.
        Assert.Equal(["c"], Moved(State("aabbcc", zones: "xxy"), spec));
        // The zones have three each, so that nothing leaves c though it has most.
        Assert.Empty(Moved(State("aabccc", zones: "xxy"), spec));
    }

    [Fact]
    public void AnySwarm_ComesToAnEnd_AndIsNeverSpreadWorse()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var state = State(string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => "abcdefg"[random.Next(7)])), "abcdefg");
            var before = Squares(state);
            foreach (var move in new Rebalancing(state, new(1)).Plan(Web))
            {
                state = state.With([StoreChange.Put(state.Tasks.Find(move.TaskId)! with { NodeId = move.NodeId })]);
                Assert.True(Squares(state) < before, $"seed {seed}");
                before = Squares(state);
            }
            Assert.Empty(new Rebalancing(state, new(1)).Plan(Web));
            var counts = state.Nodes.All.Select(node => state.TasksOfNode(node.Id).Count).ToList();
            Assert.True(counts.Max() - counts.Min() <= 1, $"seed {seed}");
        }
    }

    private static int Squares(Snapshot state) => state.Nodes.All.Sum(node => state.TasksOfNode(node.Id).Count * state.TasksOfNode(node.Id).Count);

    private static IEnumerable<string> Moved(Snapshot state, TaskSpec? spec = null, int most = int.MaxValue)
    {
        var moves = new Rebalancing(state, new(1)).Plan(Web with { Spec = Web.Spec with { TaskTemplate = spec ?? new() } }, most);
        Assert.All(moves, move => Assert.NotEqual(move.NodeId, state.Tasks.Find(move.TaskId)!.NodeId));
        return moves.Select(move => move.NodeId);
    }

    /// <summary>A task on each node named, and the nodes a, b and c besides.</summary>
    private static Snapshot State(string tasks, string nodes = "abc", string drained = "", string zones = "", Func<SwarmTask, SwarmTask>? with = null) => Snapshot.Empty.With(
    [
        .. (nodes + "abc").Distinct().Select((name, at) => StoreChange.Put(new Node
        {
            Id = name.ToString(),
            Spec = new() { Availability = drained.Contains(name) ? NodeAvailability.Drain : NodeAvailability.Active, Labels = at < zones.Length ? new([new("zone", zones[at].ToString())]) : null },
            Status = new() { State = NodeState.Ready },
            Description = new() { Hostname = name.ToString(), Resources = new() { NanoCPUs = 4_000_000_000, MemoryBytes = 4L << 30 } },
        })),
        .. tasks.Select((node, at) =>
        {
            var task = new SwarmTask { Id = $"t{at + 1:D2}", ServiceId = "web", Slot = (ulong)at + 1, NodeId = node.ToString(), DesiredState = TaskState.Running, Status = new() { State = TaskState.Running } };
            return StoreChange.Put(with is null ? task : with(task));
        }),
    ]);
}
