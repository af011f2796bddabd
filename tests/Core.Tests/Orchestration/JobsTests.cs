using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class JobsTests
{
    private readonly World world = new World().Nodes("a", "b", "c");

    private IEnumerable<SwarmTask> Running => world.Tasks.Where(task => task.Status.State == TaskState.Running && task.DesiredState == TaskState.Complete);

    private IEnumerable<SwarmTask> Completed => world.Tasks.Where(task => task.Status.State == TaskState.Complete);

    [Fact]
    public void ReplicatedJob_RunsSomeAtATime_UntilAllHaveCompleted()
    {
        world.CreateJob(2, 5).Settle();
        Assert.Equal([0ul, 1ul], Running.Select(task => task.Slot));
        Assert.All(world.Tasks, task => Assert.Equal((TaskState.Complete, new ObjectVersion(0)), (task.DesiredState, task.JobIteration)));
        world.Report(Running.First(), TaskState.Complete).Settle();
        Assert.Equal([1ul, 2ul], Running.Select(task => task.Slot));
        for (var i = 0; i < 4; i++)
            world.Report(Running.First(), TaskState.Complete).Settle();
        Assert.Equal([0ul, 1ul, 2ul, 3ul, 4ul], world.Tasks.Select(task => task.Slot));
        Assert.All(world.Tasks, task => Assert.Equal((TaskState.Complete, TaskState.Complete), (task.Status.State, task.DesiredState)));
        world.Later(3600).Settle();
        Assert.Equal(5, world.Tasks.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(RestartCondition.Any)]
    [InlineData(RestartCondition.OnFailure)]
    public void FailedTask_IsTriedAgainInItsSlot_ACompletedOneIsNot(RestartCondition? condition)
    {
        world.CreateJob(1, 1, Template(condition)).Settle();
        world.Report(Running.Single(), TaskState.Failed).Plan();
        var again = world.Tasks[^1];
        Assert.Equal((0ul, TaskState.Ready), (again.Slot, again.DesiredState));
        world.Later(5).Settle().Report(Running.Single(), TaskState.Complete).Settle();
        Assert.Equal(2, world.Tasks.Count);
        Assert.Single(Completed);
    }

    [Fact]
    public void FailureThatIsNotRetried_EndsItsSlotAlone()
    {
        world.CreateJob(1, 3, Template(RestartCondition.None)).Settle();
        world.Report(Running.Single(), TaskState.Failed).Settle();
        Assert.Equal([1ul], Running.Select(task => task.Slot));
        world.Report(Running.Single(), TaskState.Complete).Settle().Report(Running.Single(), TaskState.Complete).Settle();
        Assert.Equal([1ul, 2ul], Completed.Select(task => task.Slot));
        Assert.Equal(3, world.Tasks.Count);
    }

    /// <summary>Docker never applies the limit to global jobs.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MaxAttempts_HoldsForBothKindsOfJobs(bool global)
    {
        var template = World.Image("job:1") with { RestartPolicy = new() { MaxAttempts = 2, Delay = TimeSpan.Zero } };
        var only = new World().Nodes("a");
        (global ? only.CreateGlobalJob(template) : only.CreateJob(1, 1, template)).Settle();
        for (var i = 0; i < 5; i++)
        {
            foreach (var task in only.Tasks.Where(task => task.Status.State == TaskState.Running))
                only.Report(task, TaskState.Failed);
            only.Settle();
        }
        Assert.Equal(3, only.Tasks.Count);
        Assert.DoesNotContain(only.Tasks, task => task.Status.State <= TaskState.Running);
    }

    [Fact]
    public void Update_RunsTheJobAgain_AndForgetsTheRunBefore()
    {
        world.CreateJob(2, 2).Settle();
        world.Report(Running.First(), TaskState.Complete).Settle();
        var old = Running.Single();
        world.Later(1).UpdateTemplate(template => template with { ForceUpdate = 1 }).Plan();
        Assert.Equal((new ObjectVersion(1), world.Now), (world.Web.JobStatus!.JobIteration, world.Web.JobStatus.LastExecution));
        Assert.Equal(TaskState.Remove, world.State.Tasks.Find(old.Id)!.DesiredState);
        world.Settle();
        Assert.Equal([0ul, 1ul], Running.Select(task => task.Slot));
        Assert.All(world.Tasks, task => Assert.Equal(new ObjectVersion(1), task.JobIteration));
        Assert.Null(world.Web.UpdateStatus);
    }

    [Fact]
    public void JobThatShrinksBelowWhatRuns_RunsAnew_WithNoMoreThanItShould()
    {
        world.CreateJob(4, 4).Settle();
        Assert.Equal(4, Running.Count());
        world.Update(spec => spec with { Mode = new() { ReplicatedJob = new(2, 2) } }).Settle();
        Assert.Equal([0ul, 1ul], Running.Select(task => task.Slot));
        Assert.All(world.Tasks, task => Assert.Equal(new ObjectVersion(1), task.JobIteration));
    }

    [Fact]
    public void NextRunOfASlot_WaitsUntilTheOneBeforeHasStopped()
    {
        world.CreateJob(1, 1).Settle();
        var old = Running.Single();
        world.UpdateTemplate(_ => World.Image("job:2")).Plan();
        Assert.Equal(TaskState.Ready, world.Tasks[^1].DesiredState);
        world.Report(old, TaskState.Shutdown).Plan();
        Assert.Equal(TaskState.Complete, world.Tasks[^1].DesiredState);
    }

    [Fact]
    public void ChangeOfLabels_RunsNothingAgain()
    {
        world.CreateJob(1, 1).Settle();
        world.Report(Running.Single(), TaskState.Complete).Settle();
        world.Update(spec => spec with { Labels = new([new("team", "a")]) }).Settle();
        Assert.Single(world.Tasks);
        Assert.Equal(new ObjectVersion(0), world.Web.JobStatus!.JobIteration);
    }

    [Fact]
    public void TaskOfALostNode_IsRunElsewhere_ACompletedOneIsNot()
    {
        world.CreateJob(2, 2).Settle();
        var (done, lost) = (Running.First(), Running.Last());
        world.Report(done, TaskState.Complete).Plan().Down(done.NodeId).Down(lost.NodeId).Settle();
        var again = Running.Single(task => task.Id != lost.Id);
        Assert.Equal(lost.Slot, again.Slot);
        Assert.NotEqual(lost.NodeId, again.NodeId);
        Assert.Single(world.Tasks, task => task.Slot == done.Slot);
    }

    [Fact]
    public void GlobalJob_RunsOnceOnEachNode_AlsoOnOneThatComesLater()
    {
        world.CreateGlobalJob().Settle();
        Assert.Equal(["a", "b", "c"], Running.Select(task => task.NodeId).Order());
        foreach (var task in Running.ToList())
            world.Report(task, TaskState.Complete);
        world.Settle().Nodes("d").Settle();
        Assert.Equal(["d"], Running.Select(task => task.NodeId));
        Assert.Equal(4, world.Tasks.Count);
    }

    [Fact]
    public void GlobalJob_GoesOnlyToNodesThatFitAndTakeTasks()
    {
        world.Nodes("d").NodeChange("b", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } });
        world.NodeChange("c", node => node with { Status = node.Status with { State = NodeState.Unknown } });
        world.CreateGlobalJob(World.Image("job:1") with { Placement = new() { Constraints = ["node.hostname != d"] } }).Settle();
        Assert.Equal(["a"], world.Tasks.Select(task => task.NodeId));
        world.NodeChange("b", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Active } }).Back("c").Settle();
        Assert.Equal(["a", "b", "c"], Running.Select(task => task.NodeId).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RemovedJob_StopsItsTasks_ThenForgetsThem(bool global)
    {
        (global ? world.CreateGlobalJob() : world.CreateJob(3, 5)).Settle();
        world.Report(Running.First(), TaskState.Complete);
        world.Delete(world.Web);
        world.Plan();
        Assert.Equal([TaskState.Remove, TaskState.Remove], world.Tasks.Select(task => task.DesiredState));
        foreach (var task in world.Tasks)
            world.Report(task, TaskState.Shutdown);
        Assert.Empty(world.Plan().Tasks);
    }

    [Fact]
    public void TaskThatCompletes_ThoughItsNodeWasDrained_IsNotRunAgain()
    {
        world.CreateGlobalJob().Plan();
        var drained = world.Tasks.Single(task => task.NodeId == "a");
        world.Report(drained, TaskState.Running).Drain("a").Plan();
        world.NodeChange("a", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Active } }).Plan();
        Assert.Single(world.Live, task => task.NodeId == "a");
        world.Report(drained, TaskState.Complete).Plan();
        Assert.DoesNotContain(world.Tasks, task => task.NodeId == "a" && task.DesiredState < TaskState.Shutdown);
    }

    [Fact]
    public void GlobalJobOfADrainedNode_IsStopped_AndRunsOnceTheNodeIsBack()
    {
        world.CreateGlobalJob().Settle();
        world.Drain("a").Settle();
        Assert.Equal(["b", "c"], Running.Select(task => task.NodeId).Order());
        world.NodeChange("a", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Active } }).Settle();
        Assert.Equal(["a", "b", "c"], Running.Select(task => task.NodeId).Order());
    }

    private static TaskSpec Template(RestartCondition? condition) => World.Image("job:1") with { RestartPolicy = condition is null ? null : new() { Condition = condition } };
}
