using SwarmPS.Model;
using SwarmPS.Orchestration;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class MovesTests
{
    private readonly World world = new World().Nodes("a", "b");

    public MovesTests()
    {
        world.Create(2, World.Image("web:1")).Settle().Later(60).Settle().Nodes("c");
        Old = world.LiveIn(1);
        world.Apply(Moves.Begin(world.State, world.Web, [(Old.Id, "c")], world.Now, () => "moved"));
        world.Plan();
    }

    /// <summary>A service all of whose tasks but one move from the node a to c.</summary>
    private static (World World, Func<int, SwarmTask> Successor, Func<IReadOnlyList<TaskState>> Moving) Crowd(ulong replicas, UpdateConfig? config = null)
    {
        var crowd = new World().Nodes("a").Create(replicas, World.Image("web:1"), spec => spec with { UpdateConfig = config }).Settle().Later(60).Settle().Nodes("c");
        var ids = 0;
        crowd.Apply(Moves.Begin(crowd.State, crowd.Web, crowd.Live.Take((int)replicas - 1).Select(task => (task.Id, "c")).ToList(), crowd.Now, () => $"moved{ids++}"));
        crowd.Plan();
        return (crowd, at => crowd.State.Tasks.Find($"moved{at}")!, () => [.. Enumerable.Range(0, ids).Select(at => crowd.State.Tasks.Find($"moved{at}")!.DesiredState)]);
    }

    private SwarmTask Old { get; }

    private SwarmTask Moved => world.State.Tasks.Find("moved")!;

    [Fact]
    public void OldTask_StopsOnceItsSuccessorRuns_AndNoUpdateIsSaidToBeUnderWay()
    {
        Assert.Equal(("c", TaskState.Assigned, 1ul), (Moved.NodeId, Moved.Status.State, Moved.Slot));
        Assert.Equal(3, world.Live.Count);
        world.Report(Moved, TaskState.Running).Plan();
        Assert.Equal("moved", world.LiveIn(1).Id);
        Assert.Equal(2, world.Settle().Live.Count);
        Assert.Null(world.Web.UpdateStatus);
    }

    [Fact]
    public void SuccessorThatFails_Goes_AndTheOldTaskStays()
    {
        world.Report(Moved, TaskState.Failed).Plan();
        Assert.Equal(Old.Id, world.LiveIn(1).Id);
        Assert.Equal(2, world.Later(60).Settle().Live.Count);
        Assert.Equal(Old.Id, world.LiveIn(1).Id);
        Assert.Null(world.Web.UpdateStatus);
    }

    [Fact]
    public void SuccessorThatDoesNotComeToRun_IsGivenUp()
    {
        Assert.Equal(world.Now + Moves.GiveUpAfter, world.WakeAt);
        Assert.Equal(Old.Id, world.Later(600).Plan().LiveIn(1).Id);
    }

    [Fact]
    public void OldTaskThatFailsMeanwhile_IsReplacedByItsSuccessorAlone()
    {
        world.Report(Old, TaskState.Failed).Plan();
        Assert.Equal("moved", world.LiveIn(1).Id);
    }

    [Fact]
    public void OnlyAsManyMoveAtATime_AsAnUpdateReplaces()
    {
        var crowd = Crowd(4);
        Assert.Equal([TaskState.Running, TaskState.Ready, TaskState.Ready], crowd.Moving());
        crowd.World.Report(crowd.Successor(0), TaskState.Running).Plan();
        Assert.Equal([TaskState.Running, TaskState.Running, TaskState.Ready], crowd.Moving());
        Assert.Equal(TaskState.Shutdown, crowd.World.State.Tasks.Find(crowd.Successor(0).Restart!.Replaces)!.DesiredState);
        // One that fails makes room for the next one, and its task stays.
        crowd.World.Report(crowd.Successor(1), TaskState.Failed).Plan();
        Assert.Equal(TaskState.Running, crowd.Moving()[2]);
        crowd.World.Report(crowd.Successor(2), TaskState.Running).Settle();
        Assert.Equal(["a", "a", "c", "c"], crowd.World.LiveNodes.ToList());
    }

    [Fact]
    public void ParallelismOfZero_MovesAllAtOnce() =>
        Assert.Equal([TaskState.Running, TaskState.Running, TaskState.Running], Crowd(4, new() { Parallelism = 0 }).Moving());

    [Fact]
    public void DelayOfTheUpdatePolicy_PassesBetweenMoves()
    {
        var crowd = Crowd(4, new() { Parallelism = 1, Delay = TimeSpan.FromSeconds(30) });
        crowd.World.Report(crowd.Successor(0), TaskState.Running).Plan();
        Assert.Equal(TaskState.Ready, crowd.Moving()[1]);
        crowd.World.Later(30).Plan();
        Assert.Equal(TaskState.Running, crowd.Moving()[1]);
    }

    [Fact]
    public void SuccessorThatWaitsForItsTurn_IsNotGivenUp_AndHasItsTimeFromThenOn()
    {
        var crowd = Crowd(3);
        crowd.World.Later(599).Report(crowd.Successor(0), TaskState.Running).Plan();
        Assert.Equal(TaskState.Running, crowd.Moving()[1]);
        crowd.World.Later(599).Plan();
        Assert.Equal(TaskState.Running, crowd.Moving()[1]);
        crowd.World.Later(1).Plan();
        Assert.Equal(TaskState.Shutdown, crowd.Moving()[1]);
    }

    [Fact]
    public void SuccessorThatWaits_StartsAtOnce_WhereItsTaskHasEnded()
    {
        var crowd = Crowd(3);
        crowd.World.Report(crowd.World.State.Tasks.Find(crowd.Successor(1).Restart!.Replaces)!, TaskState.Failed).Plan();
        Assert.Equal([TaskState.Running, TaskState.Running], crowd.Moving());
    }

    [Fact]
    public void UpdateMeanwhile_ReachesBoth()
    {
        world.UpdateTemplate(_ => World.Image("web:2")).Settle().Later(5).Settle();
        Assert.Equal(["web:2", "web:2"], world.Live.Select(world.Image));
    }
}
