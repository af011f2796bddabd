using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class ReplicasTests
{
    private readonly World world = new World().Nodes("a", "b", "c");

    [Fact]
    public void NewService_GetsATaskForEachSlotFromOne_AndANodeAtOnce()
    {
        world.Create(3).Plan();
        Assert.Equal([1ul, 2, 3], world.Live.Select(task => task.Slot));
        Assert.All(world.Live, task => Assert.Equal((TaskState.Running, TaskState.Assigned), (task.DesiredState, task.Status.State)));
        Assert.Equal(["a", "b", "c"], world.LiveNodes);
        Assert.All(world.Live, task => Assert.Equal(("web", world.Web.SpecVersion), (task.ServiceName, task.SpecVersion)));
    }

    [Fact]
    public void ServiceWithoutMode_HasOneReplica()
    {
        world.Create(1, with: spec => spec with { Mode = null }).Plan();
        Assert.Single(world.Live);
    }

    [Fact]
    public void PlanOfWhatIsRight_ChangesNothing()
    {
        world.Create(3).Settle();
        var before = world.State;
        world.Plan();
        Assert.Equal(before.Tasks.All.OrderBy(t => t.Id), world.State.Tasks.All.OrderBy(t => t.Id));
    }

    [Fact]
    public void ScaleUp_KeepsWhatRuns_AndFillsTheLowestFreeSlots()
    {
        world.Create(2).Settle();
        var first = world.Live.Select(task => task.Id).ToList();
        world.Scale(5).Plan();
        Assert.Equal([1ul, 2, 3, 4, 5], world.Live.Select(task => task.Slot));
        Assert.Subset(world.Live.Select(task => task.Id).ToHashSet(), first.ToHashSet());
    }

    [Fact]
    public void ScaleDown_RemovesFromTheFullestNode_AndForgetsTheTasksOnceStopped()
    {
        world.Create(5).Settle();
        var crowded = world.Live.GroupBy(task => task.NodeId).Where(group => group.Count() == 2).Select(group => group.Key).ToHashSet();
        world.Scale(3).Plan();
        Assert.Equal(["a", "b", "c"], world.LiveNodes);
        Assert.All(world.Tasks.Except(world.Live), task => Assert.Equal(TaskState.Remove, task.DesiredState));
        Assert.All(world.Tasks.Except(world.Live), task => Assert.Contains(task.NodeId, crowded));
        Assert.Equal(3, world.Settle().Tasks.Count);
    }

    [Fact]
    public void ScaleDown_RemovesTasksWithoutNodeFirst_ThenThoseThatDoNotRun()
    {
        world.Create(4, new() { Placement = new() { MaxReplicas = 1 } }).Plan();
        Assert.Equal("", world.LiveIn(4).NodeId);
        world.Report(world.LiveIn(1), TaskState.Running).Report(world.LiveIn(3), TaskState.Running);
        world.Scale(3).Plan();
        Assert.Equal([1ul, 2, 3], world.Live.Select(task => task.Slot));
        world.Scale(2).Plan();
        Assert.Equal([1ul, 3], world.Live.Select(task => task.Slot));
    }

    [Fact]
    public void ScaleDown_AmongEquals_RemovesTheHighestSlots()
    {
        world.Create(3).Settle();
        world.Scale(1).Plan();
        Assert.Equal(1ul, Assert.Single(world.Live).Slot);
    }

    [Fact]
    public void ScaleToZero_RemovesAll() => Assert.Empty(world.Create(3).Settle().Scale(0).Settle().Tasks);

    [Fact]
    public void SlotScaledAwayAndBack_WaitsForItsOldTaskToStop()
    {
        world.Create(2).Settle().Scale(1).Plan().Scale(2).Plan();
        var back = world.LiveIn(2);
        Assert.Equal(TaskState.Ready, back.DesiredState);
        world.Report(world.Tasks.Single(task => task.DesiredState == TaskState.Remove), TaskState.Shutdown).Plan();
        Assert.Equal(TaskState.Running, world.LiveIn(2).DesiredState);
    }

    [Fact]
    public void RemovedService_StopsItsTasks_ThenForgetsThem()
    {
        world.Create(2).Settle();
        world.Delete(world.Web);
        world.Plan();
        Assert.All(world.Tasks, task => Assert.Equal(TaskState.Remove, task.DesiredState));
        Assert.Equal(2, world.Tasks.Count);
        foreach (var task in world.Tasks)
            world.Report(task, TaskState.Shutdown);
        Assert.Empty(world.Plan().Tasks);
    }

    [Fact]
    public void RemovedService_ForgetsTasksThatNeverGotANode_AtOnce()
    {
        world.Create(2, new() { Placement = new() { Constraints = ["node.hostname == nowhere"] } }).Plan();
        world.Delete(world.Web);
        Assert.Empty(world.Plan().Tasks);
    }

    [Fact]
    public void LostNode_ReplacesItsTasks_ElsewhereOnly_WithoutDelay()
    {
        world.Create(3).Settle();
        var kept = world.Live.Where(task => task.NodeId != "b").Select(task => task.Id).ToList();
        var lost = world.Live.Single(task => task.NodeId == "b");
        world.Down("b").Plan();
        Assert.Subset(world.Live.Select(task => task.Id).ToHashSet(), kept.ToHashSet());
        var moved = world.LiveIn(lost.Slot);
        Assert.NotEqual(lost.Id, moved.Id);
        Assert.NotEqual("b", moved.NodeId);
        Assert.Equal(TaskState.Running, moved.DesiredState);
    }

    [Fact]
    public void SilentNodeAfterALeaderChange_KeepsItsTasks()
    {
        world.Create(3).Settle();
        var before = world.Live.Select(task => task.Id).ToList();
        world.NodeChange("b", node => node with { Status = node.Status with { State = NodeState.Unknown } }).Plan();
        Assert.Equal(before, world.Live.Select(task => task.Id));
    }

    [Fact]
    public void DrainedNode_LosesItsTasks_WhichStartElsewhereOnceTheyHaveStopped()
    {
        world.Create(3).Settle();
        var old = world.Live.Single(task => task.NodeId == "c");
        world.Drain("c").Plan();
        Assert.Equal(TaskState.Ready, world.LiveIn(old.Slot).DesiredState);
        Assert.Equal(world.Now, world.LiveIn(old.Slot).Restart!.NotBefore);
        world.Report(old, TaskState.Shutdown).Plan();
        Assert.Equal(TaskState.Running, world.LiveIn(old.Slot).DesiredState);
        Assert.DoesNotContain("c", world.LiveNodes);
    }

    [Fact]
    public void PausedNode_KeepsItsTasks_AndGetsNoMore()
    {
        world.Create(3).Settle();
        world.NodeChange("c", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } }).Scale(6).Plan();
        Assert.Single(world.Live, task => task.NodeId == "c");
    }

    [Fact]
    public void RemovedNode_OrphansItsTasks_WhichAreReplaced()
    {
        world.Create(3).Settle();
        var lost = world.Live.Single(task => task.NodeId == "b");
        world.Delete(world.State.Nodes.Find("b")!);
        world.Apply(SwarmPS.Orchestration.NodeTasks.Plan(world.State, "b", world.Now).Changes);
        world.Plan();
        Assert.Equal(TaskState.Orphaned, world.State.Tasks.Find(lost.Id)!.Status.State);
        Assert.Equal(["a", "c"], world.LiveNodes.Distinct());
    }

    [Fact]
    public void NodeDownForADay_GivesUpItsTasks()
    {
        world.Create(3).Settle().Down("b");
        world.Plan();
        var old = world.Tasks.Single(task => task.NodeId == "b");
        Assert.Equal(world.Now + TimeSpan.FromHours(24), SwarmPS.Orchestration.NodeTasks.Plan(world.State, "b", world.Now).WakeAt);
        world.Later(24 * 3600);
        world.Apply(SwarmPS.Orchestration.NodeTasks.Plan(world.State, "b", world.Now).Changes);
        Assert.Equal(TaskState.Orphaned, world.State.Tasks.Find(old.Id)!.Status.State);
    }
}
