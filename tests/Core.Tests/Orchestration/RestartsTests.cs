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
    public void DelayDoubles_WithEachFailureInARow_UpToFiveMinutes()
    {
        world.Create(1).Settle();
        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300], Enumerable.Range(0, 8).Select(_ => FailAgain(TaskState.Failed)));
        Assert.Equal(300, FailAgain(TaskState.Rejected));
    }

    [Theory]
    [InlineData("off", null, null, new[] { 5, 5, 5 })]
    [InlineData("15s", null, null, new[] { 5, 10, 15, 15 })]
    [InlineData("1s", null, null, new[] { 5, 5 })]
    [InlineData(null, 0, null, new[] { 0, 0, 0 })]
    [InlineData(null, 1, null, new[] { 1, 2, 4 })]
    [InlineData(null, 600, null, new[] { 600, 600 })]
    [InlineData(null, null, 9, new[] { 5, 5, 5 })]
    public void DelayGrows_AsPolicyAndLabelSay(string? label, int? delay, int? attempts, int[] expected)
    {
        var policy = new RestartPolicy { Delay = delay is null ? null : TimeSpan.FromSeconds(delay.Value), MaxAttempts = (ulong?)attempts };
        world.Create(1, new() { RestartPolicy = policy }, spec => spec with { Labels = label is null ? null : new([new("swarmps.restart.backoff", label)]) }).Settle();
        Assert.Equal(expected, expected.Select(_ => FailAgain(TaskState.Failed)).ToArray());
    }

    [Fact]
    public void DelayBeginsAnew_AfterAMinuteUp_AGoodEnd_OrAnotherSpec()
    {
        world.Create(1).Settle();
        Assert.Equal([5, 10, 20], Enumerable.Range(0, 3).Select(_ => FailAgain(TaskState.Failed)));
        Assert.Equal([5, 10], new[] { FailAgain(TaskState.Failed, up: 60), FailAgain(TaskState.Failed, up: 59) });
        Assert.Equal([5, 5], new[] { FailAgain(TaskState.Complete), FailAgain(TaskState.Failed) });
        FailAgain(TaskState.Failed);
        world.UpdateTemplate(_ => World.Image("web:2")).Settle();
        Assert.Equal(5, FailAgain(TaskState.Failed));
    }

    [Fact]
    public void ChangeOfTheBackoff_ReplacesNoTask()
    {
        world.Create(1).Settle();
        world.Update(spec => spec with { Labels = new([new("swarmps.restart.backoff", "off")]) }).Settle();
        Assert.Single(world.Tasks);
    }

    /// <summary>Ends the task and lets its replacement run once its delay, which is given in seconds, has passed.</summary>
    private int FailAgain(TaskState end, double up = 1)
    {
        world.Later(up).Report(world.LiveIn(1), end).Plan();
        var delay = world.LiveIn(1).Restart!.NotBefore - world.Now;
        world.Later(delay.TotalSeconds).Settle();
        return (int)delay.TotalSeconds;
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
    public void ReplacementThatFailsBeforeItMayStart_IsReplacedOnlyThen()
    {
        world.Create(1).Settle();
        world.Report(world.LiveIn(1), TaskState.Rejected).Plan();
        var waiting = world.LiveIn(1);
        // A node prepares it at once, as by pulling its image; nothing tries again before the delay has passed.
        world.Later(0.1).Report(waiting, TaskState.Rejected).Plan();
        Assert.Equal(2, world.Tasks.Count);
        Assert.Equal(waiting.Restart!.NotBefore, world.WakeAt);
        world.Later(4.8).Plan();
        Assert.Equal(2, world.Tasks.Count);
        world.Later(0.1).Plan();
        Assert.Equal(3, world.Tasks.Count);
        Assert.Equal(world.Now + TimeSpan.FromSeconds(10), world.LiveIn(1).Restart!.NotBefore);
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
