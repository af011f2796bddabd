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
    public void UpdateMeanwhile_ReachesBoth()
    {
        world.UpdateTemplate(_ => World.Image("web:2")).Settle().Later(5).Settle();
        Assert.Equal(["web:2", "web:2"], world.Live.Select(world.Image));
    }
}
