using SwarmPS.Model;
using SwarmPS.Orchestration;

namespace SwarmPS.Core.Tests.Orchestration;

/// <summary>Updates that start a whole new set beside the old one: start-first, all at once.</summary>
public sealed class SwitchTests
{
    private readonly World world = new World().Nodes("a", "b", "c");

    [Fact]
    public void WholeNewSet_StartsBesideTheOldOne_WhichStopsOnceAllWereWatched()
    {
        Start(3);
        Assert.Equal(["web:1", "web:1", "web:1", "web:2", "web:2", "web:2"], Images);
        world.Report(New(1), TaskState.Running).Report(New(2), TaskState.Running).Later(60).Plan();
        Assert.Equal(6, world.Live.Count);
        world.Report(New(3), TaskState.Running).Plan();
        Assert.Equal(world.Now + TimeSpan.FromSeconds(5), world.WakeAt);
        Assert.Equal(6, world.Later(4.9).Plan().Live.Count);
        world.Later(0.1).Plan();
        Assert.Equal(["web:2", "web:2", "web:2"], Images);
        world.Settle();
        Assert.Equal(UpdateState.Completed, world.Web.UpdateStatus!.State);
    }

    [Fact]
    public void SlotWithoutARunningTask_IsFilledAtOnce_AndWaitedFor()
    {
        Start(2, update: false);
        world.Report(world.LiveIn(1), TaskState.Failed).Plan();
        ToNewImage();
        Assert.Equal("web:2", world.Image(world.LiveIn(1)));
        world.Report(New(2), TaskState.Running).Later(60).Plan();
        Assert.Equal(["web:1", "web:2", "web:2"], Images);
        world.Settle().Later(5).Settle();
        Assert.Equal(["web:2", "web:2"], Images);
    }

    [Fact]
    public void FailingNewTask_PausesTheUpdate_AndTheNewSetGoes()
    {
        Start(3);
        var before = Old;
        world.Report(New(1), TaskState.Running).Report(New(2), TaskState.Running).Plan().Later(1).Report(New(3), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Paused, world.Web.UpdateStatus!.State);
        Assert.Equal(before, world.Live.Select(task => task.Id));
        Assert.Equal(before, world.Later(600).Settle().Live.Select(task => task.Id));
    }

    [Fact]
    public void FailingNewTask_WithRollback_LeavesTheOldSetUntouched()
    {
        Start(3, new() { FailureAction = UpdateFailureAction.Rollback });
        var before = Old;
        world.Report(New(1), TaskState.Running).Plan().Later(1).Report(New(1), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.RollbackStarted, world.Web.UpdateStatus!.State);
        Assert.Equal(before, world.Live.Select(task => task.Id));
        world.Settle().Later(5).Settle();
        Assert.Equal((UpdateState.RollbackCompleted, "web:1"), (world.Web.UpdateStatus!.State, world.Web.Spec.TaskTemplate.ContainerSpec!.Image));
        Assert.Equal(before, world.Live.Select(task => task.Id));
    }

    [Fact]
    public void FailingRollbackThatSwitches_Pauses_AndLeavesWhatRan()
    {
        Start(2, rollback: true);
        world.Settle().Later(5).Settle().Later(60);
        var running = world.Live.Select(task => task.Id).ToList();
        world.Put(ServiceUpdates.Rollback(world.Web, world.NextVersion, world.Now));
        world.Plan();
        Assert.Equal(4, world.Live.Count);
        world.Report(world.Live.First(task => world.Image(task) == "web:1"), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.RollbackPaused, world.Web.UpdateStatus!.State);
        Assert.Equal(running, world.Live.Select(task => task.Id));
    }

    [Fact]
    public void Resumed_BringsTheWholeNewSetAgain_AndWatchesIt()
    {
        Start(2);
        var before = Old;
        world.Report(New(1), TaskState.Failed).Report(New(2), TaskState.Running).Plan().Later(1);
        Resume();
        Assert.Equal(["web:1", "web:1", "web:2", "web:2"], Images);
        world.Report(New(2), TaskState.Failed).Plan().Later(1);
        Assert.Equal((UpdateState.Paused, before.Count), (world.Web.UpdateStatus!.State, world.Live.Count));
        Resume();
        world.Settle().Later(5).Settle();
        Assert.Equal(UpdateState.Completed, world.Web.UpdateStatus!.State);
        Assert.Equal(["web:2", "web:2"], Images);

        void Resume()
        {
            world.Put(ServiceUpdates.Resume(world.Web, world.Now));
            world.Plan();
        }
    }

    [Fact]
    public void TasksThatMayFail_AreRestarted_AndWatchedAnewBeforeTheSwitch()
    {
        Start(2, new() { FailureAction = UpdateFailureAction.Continue });
        world.Report(New(1), TaskState.Failed).Report(New(2), TaskState.Running).Later(60).Plan();
        Assert.Equal(["web:1", "web:1", "web:2", "web:2"], Images);
        world.Later(60).Plan().Report(New(1), TaskState.Running).Plan();
        Assert.Equal(4, world.Later(4.9).Plan().Live.Count);
        Assert.Equal(["web:2", "web:2"], world.Later(0.1).Plan().Live.Select(world.Image));
    }

    [Fact]
    public void ScaleWhileBothSetsRun_AddsToTheNewOneAlone()
    {
        Start(2);
        world.Scale(3).Plan();
        Assert.Equal(["web:1", "web:1", "web:2", "web:2", "web:2"], Images);
        world.Report(New(1), TaskState.Running).Report(New(2), TaskState.Running).Later(60).Plan();
        Assert.Equal(5, world.Live.Count);
        world.Settle().Later(5).Settle();
        Assert.Equal(["web:2", "web:2", "web:2"], Images);
    }

    [Fact]
    public void GlobalService_SwitchesOnAllItsNodesTogether()
    {
        world.CreateGlobal(World.Image("web:1")).Update(spec => spec with { UpdateConfig = Switching() }).Settle().Later(60).Settle();
        ToNewImage();
        var fresh = world.Live.Where(task => world.Image(task) == "web:2").ToList();
        world.Report(fresh[0], TaskState.Running).Report(fresh[1], TaskState.Running).Later(60).Plan();
        Assert.Equal(6, world.Live.Count);
        world.Settle().Later(5).Settle();
        Assert.Equal((3, "a b c"), (world.Live.Count, string.Join(' ', world.LiveNodes)));
        Assert.DoesNotContain("web:1", Images);
    }

    [Fact]
    public void NodeThatIsPausedWhileItHasBoth_IsSwitchedWithTheOthers()
    {
        world.CreateGlobal(World.Image("web:1")).Update(spec => spec with { UpdateConfig = Switching() }).Settle().Later(60).Settle();
        ToNewImage();
        world.NodeChange("a", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } });
        foreach (var fresh in world.Live.Where(task => world.Image(task) == "web:2").ToList())
            world.Report(fresh, TaskState.Running);
        Assert.Equal(6, world.Plan().Live.Count);
        Assert.Equal(["web:2", "web:2", "web:2"], world.Later(5).Plan().Live.Select(world.Image));
    }

    [Fact]
    public void UpdateThatEndsByStoppingATaskWithoutANode_IsComplete()
    {
        Start(1);
        world.Settle().Later(5).Settle();
        // It finds no node, and then the spec of what runs is wanted again.
        world.UpdateTemplate(_ => World.Image("web:3") with { Placement = new() { Constraints = ["node.hostname == nowhere"] } }).Plan();
        world.UpdateTemplate(_ => World.Image("web:2")).Plan();
        Assert.Equal(["web:2"], Images);
        Assert.Equal(UpdateState.Completed, world.Web.UpdateStatus!.State);
    }

    private static UpdateConfig Switching(UpdateConfig? config = null) => (config ?? new()) with { Parallelism = 0, Order = UpdateOrder.StartFirst };

    private IEnumerable<string> Images => world.Live.Select(world.Image).Order(StringComparer.Ordinal);

    private List<string> Old => [.. world.Live.Where(task => world.Image(task) == "web:1").Select(task => task.Id)];

    private SwarmTask New(ulong slot) => Assert.Single(world.Live, task => task.Slot == slot && world.Image(task) == "web:2");

    private void Start(ulong replicas, UpdateConfig? config = null, bool update = true, bool rollback = false)
    {
        world.Create(replicas, World.Image("web:1"), spec => spec with { UpdateConfig = Switching(config), RollbackConfig = rollback ? Switching() : null }).Settle().Later(60).Settle();
        if (update)
            ToNewImage();
    }

    private void ToNewImage() => world.UpdateTemplate(template => template with { ContainerSpec = new() { Image = "web:2" } }).Plan();
}
