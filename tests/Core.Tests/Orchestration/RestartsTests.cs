using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class RestartsTests
{
    private readonly World world = new World().Nodes("a", "b");

    [Theory]
    [InlineData(null, TaskState.Failed, true)]
    [InlineData(null, TaskState.Complete, true)]
    [InlineData(RestartCondition.Any, TaskState.Complete, true)]
    [InlineData(RestartCondition.OnFailure, TaskState.Failed, true)]
    [InlineData(RestartCondition.OnFailure, TaskState.Rejected, true)]
    [InlineData(RestartCondition.OnFailure, TaskState.Complete, false)]
    [InlineData(RestartCondition.None, TaskState.Failed, false)]
    public void EndedTask_IsReplaced_AsItsConditionSays(RestartCondition? condition, TaskState end, bool replaced)
    {
        world.Create(1, new() { RestartPolicy = new() { Condition = condition } }).Settle();
        var old = world.LiveIn(1);
        world.Report(old, end).Plan();
        Assert.Equal(TaskState.Shutdown, world.State.Tasks.Find(old.Id)!.DesiredState);
        Assert.Equal(replaced ? 1 : 0, world.Live.Count);
        // And it stays so, whatever happens next.
        world.Later(3600).Plan();
        Assert.Equal(replaced ? 2 : 1, world.Tasks.Count);
    }

    [Fact]
    public void Replacement_WaitsForTheDelay_FiveSecondsUnlessToldOtherwise()
    {
        world.Create(1).Settle();
        world.Report(world.LiveIn(1), TaskState.Failed).Plan();
        var due = world.Now + TimeSpan.FromSeconds(5);
        Assert.Equal((TaskState.Ready, due), (world.LiveIn(1).DesiredState, world.LiveIn(1).Restart!.NotBefore));
        Assert.Equal(due, world.WakeAt);
        Assert.Equal(TaskState.Ready, world.Later(4.9).Plan().LiveIn(1).DesiredState);
        Assert.Equal(TaskState.Running, world.Later(0.1).Plan().LiveIn(1).DesiredState);
    }

    [Fact]
    public void Replacement_WithoutDelay_StartsAtOnce()
    {
        world.Create(1, new() { RestartPolicy = new() { Delay = TimeSpan.Zero } }).Settle();
        world.Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(TaskState.Running, world.LiveIn(1).DesiredState);
    }

    [Fact]
    public void Replacement_WaitsForTheOldTaskToStop_ButNotForEver()
    {
        world.Create(1).Settle();
        var old = world.LiveIn(1);
        world.Drain(old.NodeId).Plan();
        Assert.Equal(TaskState.Ready, world.LiveIn(1).DesiredState);
        Assert.Equal(world.Now + TimeSpan.FromSeconds(60), world.WakeAt);
        Assert.Equal(TaskState.Running, world.Later(60).Plan().LiveIn(1).DesiredState);
    }

    [Fact]
    public void LongGracePeriod_IsWaitedFor()
    {
        world.Create(1, new() { ContainerSpec = new() { StopGracePeriod = TimeSpan.FromMinutes(5) } }).Settle();
        world.Drain(world.LiveIn(1).NodeId).Plan().Later(299).Plan();
        Assert.Equal(TaskState.Ready, world.LiveIn(1).DesiredState);
    }

    [Fact]
    public void NodeLostWhileItsTaskStops_LetsTheReplacementStart()
    {
        world.Create(1).Settle();
        var old = world.LiveIn(1);
        world.Drain(old.NodeId).Plan().Down(old.NodeId).Plan();
        Assert.Equal(TaskState.Running, world.LiveIn(1).DesiredState);
    }

    [Fact]
    public void MaxAttempts_EndTheRestarts_AndAreCountedInTheStore()
    {
        world.Create(1, new() { RestartPolicy = new() { MaxAttempts = 2, Delay = TimeSpan.Zero } }).Settle();
        for (var attempt = 1ul; attempt <= 2; attempt++)
        {
            world.Report(world.LiveIn(1), TaskState.Failed).Plan();
            Assert.Equal(attempt, world.LiveIn(1).Restart!.Count);
        }
        world.Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Empty(world.Live);
        Assert.Equal(3, world.Later(3600).Plan().Tasks.Count);
    }

    [Fact]
    public void NewSpec_StartsTheCountAnew()
    {
        world.Create(1, new() { RestartPolicy = new() { MaxAttempts = 1, Delay = TimeSpan.Zero } }).Settle();
        world.Report(world.LiveIn(1), TaskState.Failed).Plan().Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Empty(world.Live);
        world.UpdateTemplate(template => template with { ContainerSpec = new() { Image = "new" } }).Settle();
        Assert.Equal("new", world.Image(world.LiveIn(1)));
        world.Later(60).Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(1ul, world.LiveIn(1).Restart!.Count);
    }

    [Fact]
    public void Window_CountsOnlyRestartsWithinIt()
    {
        world.Create(1, new() { RestartPolicy = new() { MaxAttempts = 2, Delay = TimeSpan.Zero, Window = TimeSpan.FromSeconds(100) } }).Settle();
        for (var i = 0; i < 6; i++)
            world.Later(60).Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Single(world.Live);
        Assert.True(world.LiveIn(1).Restart!.Recent.Count <= 2);
        world.Later(1).Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Empty(world.Live);
        // The answer does not change when the window has passed.
        Assert.Empty(world.Later(3600).Plan().Live);
    }

    [Fact]
    public void MovedTask_UsesUpNoAttempt_AndMovesEvenWhenNoneIsLeft()
    {
        world.Create(1, new() { RestartPolicy = new() { MaxAttempts = 1, Delay = TimeSpan.Zero } }).Settle();
        world.Report(world.LiveIn(1), TaskState.Failed).Plan().Settle();
        var node = world.LiveIn(1).NodeId;
        world.Down(node).Plan();
        Assert.NotEqual(node, world.LiveIn(1).NodeId);
        Assert.Equal(1ul, world.LiveIn(1).Restart!.Count);
    }

    [Fact]
    public void TaskThatMayNotRestart_IsNotMovedOffALostNode()
    {
        world.Create(1, new() { RestartPolicy = new() { Condition = RestartCondition.None } }).Settle();
        world.Down(world.LiveIn(1).NodeId).Plan();
        Assert.Empty(world.Live);
    }

    [Fact]
    public void FailureOffADrainedNode_IsReplacedWithoutDelay()
    {
        world.Create(1).Settle();
        var old = world.LiveIn(1);
        world.Drain(old.NodeId).Report(old, TaskState.Failed).Plan();
        Assert.Equal(TaskState.Running, world.LiveIn(1).DesiredState);
    }

    [Fact]
    public void RestartDelay_OutlivesALeader()
    {
        world.Create(1).Settle();
        world.Report(world.LiveIn(1), TaskState.Failed).Plan();
        // All that is known is in the state, so any other manager plans the same.
        var plan = SwarmPS.Orchestration.Orchestrator.Plan(world.State, "web", world.Now, () => "x");
        Assert.Empty(plan.Changes);
        Assert.Equal(world.LiveIn(1).Restart!.NotBefore, plan.WakeAt);
    }
}
