using SwarmPS.Model;
using SwarmPS.Orchestration;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class GlobalTasksTests
{
    private readonly World world = new World().Nodes("a", "b", "c");

    [Fact]
    public void EachNode_GetsOneTask()
    {
        world.CreateGlobal().Settle();
        Assert.Equal(["a", "b", "c"], world.LiveNodes);
        Assert.All(world.Live, task => Assert.Equal((0ul, TaskState.Running), (task.Slot, task.Status.State)));
        Assert.StartsWith("web.a.", world.Live.Single(task => task.NodeId == "a").TaskName, StringComparison.Ordinal);
    }

    [Fact]
    public void TaskForItsNode_IsAssignedOnlyWhenItFits()
    {
        world.CreateGlobal(new() { Resources = new() { Reservations = new() { MemoryBytes = 9L << 30 } } }).Plan();
        Assert.All(world.Live, task => Assert.Equal(
            (TaskState.Pending, "no suitable node (1 node lacks 9GiB of memory)"), (task.Status.State, task.Status.Err)));
    }

    [Fact]
    public void NewNode_GetsATask()
    {
        world.CreateGlobal().Settle().Nodes("d").Settle();
        Assert.Equal(["a", "b", "c", "d"], world.LiveNodes);
    }

    [Fact]
    public void RemovedService_StopsItsTasksOnEveryNode_ThenForgetsThem()
    {
        world.CreateGlobal().Settle();
        world.Delete(world.Web);
        world.Plan();
        Assert.Equal([TaskState.Remove, TaskState.Remove, TaskState.Remove], world.Tasks.Select(task => task.DesiredState));
        foreach (var task in world.Tasks)
            world.Report(task, TaskState.Shutdown);
        Assert.Empty(world.Plan().Tasks);
    }

    [Fact]
    public void TaskThatIsGone_IsMadeAnew()
    {
        world.CreateGlobal().Settle();
        var gone = world.Live.Single(task => task.NodeId == "b");
        world.Delete(gone);
        world.Settle();
        Assert.Equal(["a", "b", "c"], world.LiveNodes);
        Assert.DoesNotContain(world.Tasks, task => task.Id == gone.Id);
    }

    [Fact]
    public void Constraint_ChoosesTheNodes()
    {
        world.CreateGlobal(new() { Placement = new() { Constraints = ["node.hostname != b"] } }).Settle();
        Assert.Equal(["a", "c"], world.LiveNodes);
    }

    [Fact]
    public void OtherPlatform_GetsNoTask()
    {
        world.NodeChange("b", node => node with { Description = node.Description! with { Platform = new() { OS = "windows", Architecture = "x86_64" } } });
        world.CreateGlobal(new() { Placement = new() { Platforms = [new() { OS = "linux", Architecture = "amd64" }] } }).Settle();
        Assert.Equal(["a", "c"], world.LiveNodes);
    }

    [Fact]
    public void DrainedNode_LosesItsTask_AndGetsOneWhenActiveAgain()
    {
        world.CreateGlobal().Settle().Drain("b").Settle();
        Assert.Equal(["a", "c"], world.LiveNodes);
        world.NodeChange("b", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Active } }).Settle();
        Assert.Equal(["a", "b", "c"], world.LiveNodes);
    }

    [Fact]
    public void PausedNode_KeepsItsTask_AndGetsNoneAnew()
    {
        world.CreateGlobal().Settle();
        world.NodeChange("b", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } }).Settle();
        Assert.Equal(["a", "b", "c"], world.LiveNodes);
        var old = world.Live.Single(task => task.NodeId == "b");
        world.Report(old, TaskState.Failed).Settle();
        Assert.Equal(TaskState.Failed, Assert.Single(world.Tasks, task => task.NodeId == "b").Status.State);
    }

    [Fact]
    public void NodeThatIsDownForAWhile_KeepsItsHealthyTask()
    {
        world.CreateGlobal().Settle();
        var before = world.Live.Select(task => task.Id).ToList();
        world.Down("b").Settle().Back("b").Settle();
        Assert.Equal(before, world.Live.Select(task => task.Id));
    }

    [Fact]
    public void RemovedNode_TakesItsTasksWithIt()
    {
        world.CreateGlobal().Settle();
        world.Delete(world.State.Nodes.Find("b")!);
        world.Apply(NodeTasks.Plan(world.State, "b", world.Now).Changes);
        world.Plan();
        Assert.Equal(["a", "c"], world.Tasks.Select(task => task.NodeId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FailedTask_IsReplacedOnItsNode_AfterTheDelay()
    {
        world.CreateGlobal().Settle();
        var old = world.Live.Single(task => task.NodeId == "b");
        world.Report(old, TaskState.Failed).Settle();
        var next = world.Live.Single(task => task.NodeId == "b");
        Assert.Equal((TaskState.Ready, old.Id), (next.DesiredState, next.Restart!.Replaces));
        Assert.Equal(TaskState.Running, world.Later(5).Settle().Live.Single(task => task.NodeId == "b").Status.State);
    }

    [Fact]
    public void TaskThatMayNotRestart_LeavesItsNodeWithout()
    {
        world.CreateGlobal(new() { RestartPolicy = new() { Condition = RestartCondition.OnFailure } }).Settle();
        world.Report(world.Live.Single(task => task.NodeId == "b"), TaskState.Complete).Settle().Later(60).Settle();
        Assert.Equal(["a", "c"], world.LiveNodes);
    }

    [Fact]
    public void Update_RollsNodeByNode()
    {
        world.CreateGlobal(World.Image("web:1")).Settle();
        world.UpdateTemplate(_ => World.Image("web:2")).Plan();
        Assert.Equal(1, world.Live.Count(task => world.Image(task) == "web:2"));
        world.Settle().Later(5).Plan();
        Assert.All(world.Live, task => Assert.Equal("web:2", world.Image(task)));
        Assert.Equal(UpdateState.Completed, world.Web.UpdateStatus!.State);
    }

    [Fact]
    public void Update_DoesNotWaitForALostNode_WhichIsUpdatedWhenItIsBack()
    {
        world.CreateGlobal(World.Image("web:1")).Settle().Down("b").Plan();
        world.UpdateTemplate(_ => World.Image("web:2")).Settle().Later(5).Plan();
        Assert.Equal(UpdateState.Completed, world.Web.UpdateStatus!.State);
        Assert.Equal("web:1", world.Image(world.Live.Single(task => task.NodeId == "b")));
        world.Back("b").Settle();
        Assert.All(world.Live, task => Assert.Equal("web:2", world.Image(task)));
    }

    [Theory]
    [InlineData(NodeState.Unknown, NodeAvailability.Active)]
    [InlineData(NodeState.Ready, NodeAvailability.Pause)]
    public void Update_WaitsForItsTask_OnANodeThatTakesNoOthersForNow(NodeState state, NodeAvailability availability)
    {
        world.CreateGlobal(World.Image("web:1")).Settle().UpdateTemplate(_ => World.Image("web:2")).Plan();
        world.NodeChange("a", node => node with { Status = new() { State = state }, Spec = node.Spec with { Availability = availability } }).Plan();
        Assert.Single(world.Live, task => world.Image(task) == "web:2");
        world.Report(world.Tasks.Single(task => task.DesiredState == TaskState.Shutdown), TaskState.Shutdown).Plan();
        world.Report(world.Live.Single(task => world.Image(task) == "web:2"), TaskState.Running).Plan();
        Assert.Equal(2, world.Live.Count(task => world.Image(task) == "web:2"));
    }

    [Fact]
    public void ChangedLabel_RejectsTasksThatNoLongerFit()
    {
        world.NodeChange("b", node => node with { Spec = node.Spec with { Labels = new([new("disk", "ssd")]) } });
        world.Create(1, new() { Placement = new() { Constraints = ["node.labels.disk == ssd"] } }).Settle();
        Assert.Equal("b", world.LiveIn(1).NodeId);
        var old = world.LiveIn(1);
        world.NodeChange("b", node => node with { Spec = node.Spec with { Labels = null } }).Plan();
        Assert.Equal(
            (TaskState.Rejected, "assigned node no longer meets constraints"),
            (world.State.Tasks.Find(old.Id)!.Status.State, world.State.Tasks.Find(old.Id)!.Status.Err));
        Assert.Equal("", world.LiveIn(1).NodeId);
        world.NodeChange("c", node => node with { Spec = node.Spec with { Labels = new([new("disk", "ssd")]) } }).Plan();
        Assert.Equal("c", world.LiveIn(1).NodeId);
    }
}
