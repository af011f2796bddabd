using SwarmPS.Model;
using SwarmPS.Orchestration;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class UpdatesTests
{
    private readonly World world = new World().Nodes("a", "b", "c");

    [Fact]
    public void NewImage_ReplacesOneTaskAtATime_StoppingFirst()
    {
        Start(3);
        ToNewImage();
        Assert.Equal((UpdateState.Updating, "update in progress"), Status);
        Assert.Equal(["web:2", "web:1", "web:1"], Images);
        var fresh = world.LiveIn(1);
        Assert.Equal(TaskState.Ready, fresh.DesiredState);
        world.Report(Stopping(1), TaskState.Shutdown).Plan();
        Assert.Equal(TaskState.Running, world.LiveIn(1).DesiredState);
        Assert.Equal(["web:2", "web:1", "web:1"], Images);
        world.Report(world.LiveIn(1), TaskState.Running).Plan();
        Assert.Equal(["web:2", "web:2", "web:1"], Images);
    }

    [Fact]
    public void Update_EndsOnceTheLastTaskWasWatched()
    {
        Start(3);
        ToNewImage();
        world.Settle();
        Assert.Equal(["web:2", "web:2", "web:2"], Images);
        Assert.Equal(UpdateState.Updating, Status.State);
        Assert.Equal(world.Now + TimeSpan.FromSeconds(5), world.WakeAt);
        world.Later(5).Plan();
        Assert.Equal((UpdateState.Completed, "update completed"), Status);
        Assert.Equal(world.Now, world.Web.UpdateStatus!.CompletedAt);
        Assert.Equal(3, world.Live.Count);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 5)]
    public void Parallelism_IsTheNumberOfSlotsOnTheWay(ulong parallelism, int onTheWay)
    {
        Start(5, new() { Parallelism = parallelism });
        ToNewImage();
        Assert.Equal(onTheWay, Images.Count(image => image == "web:2"));
    }

    [Fact]
    public void NodeLostUnderATaskOfTheUpdate_ThatHasNotRun_IsNoReasonToGoOn()
    {
        Start(3);
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan().Down(world.LiveIn(1).NodeId).Plan();
        Assert.Equal(["web:2", "web:1", "web:1"], Images);
        world.Report(world.LiveIn(1), TaskState.Running).Plan();
        Assert.Equal(["web:2", "web:2", "web:1"], Images);
    }

    [Fact]
    public void Delay_PassesBetweenBatches()
    {
        Start(4, new() { Parallelism = 2, Delay = TimeSpan.FromSeconds(10) });
        ToNewImage();
        world.Settle();
        Assert.Equal(2, Images.Count(image => image == "web:2"));
        Assert.Equal(world.Now + TimeSpan.FromSeconds(10), world.WakeAt);
        Assert.Equal(2, world.Later(9.9).Settle().Live.Count(task => world.Image(task) == "web:2"));
        Assert.Equal(4, world.Later(0.1).Settle().Live.Count(task => world.Image(task) == "web:2"));
        // The watch is longer than the delay, whatever the default.
        Assert.Equal(UpdateState.Updating, world.Later(10.9).Plan().Web.UpdateStatus!.State);
        Assert.Equal(UpdateState.Completed, world.Later(0.1).Plan().Web.UpdateStatus!.State);
    }

    [Fact]
    public void StartFirst_KeepsTheOldTaskUntilTheNewOneRuns()
    {
        Start(2, new() { Parallelism = 1, Order = UpdateOrder.StartFirst });
        ToNewImage();
        Assert.Equal(2, world.Live.Count(task => task.Slot == 1 && task.DesiredState == TaskState.Running));
        var fresh = world.Live.Single(task => world.Image(task) == "web:2");
        world.Report(fresh, TaskState.Running).Plan();
        Assert.Equal(fresh.Id, world.LiveIn(1).Id);
        Assert.Equal(2, world.Live.Count(task => task.Slot == 2));
    }

    [Fact]
    public void StartFirst_DoesNotWaitBesideATaskThatNeverRan()
    {
        world.Create(1, new() { Placement = new() { Constraints = ["node.hostname == nowhere"] } }, spec => spec with { UpdateConfig = new() { Order = UpdateOrder.StartFirst } }).Plan();
        world.UpdateTemplate(_ => World.Image("web:2")).Plan();
        Assert.Equal("web:2", Assert.Single(Images));
    }

    [Fact]
    public void StartFirst_FailingNewTask_LeavesTheOldOne()
    {
        Start(1, new() { Order = UpdateOrder.StartFirst, FailureAction = UpdateFailureAction.Continue });
        ToNewImage();
        world.Report(world.Live.Single(task => world.Image(task) == "web:2"), TaskState.Failed).Later(1).Plan();
        Assert.Equal(["web:1", "web:2"], Images.Order());
        Assert.Equal(TaskState.Running, world.Live.Single(task => world.Image(task) == "web:1").DesiredState);
    }

    [Fact]
    public void StartFirst_FailingNewTaskThatMayNotRestart_IsTriedAgainWithGrowingDelay()
    {
        Start(1, new() { Order = UpdateOrder.StartFirst, FailureAction = UpdateFailureAction.Continue });
        world.UpdateTemplate(template => template with { ContainerSpec = new() { Image = "web:2" }, RestartPolicy = new() { Condition = RestartCondition.None } }).Plan();
        foreach (var delay in (int[])[5, 10, 20])
        {
            world.Report(New(), TaskState.Failed).Plan();
            Assert.Equal((TaskState.Ready, world.Now + TimeSpan.FromSeconds(delay)), (New().DesiredState, New().Restart!.NotBefore));
            world.Later(delay).Plan();
            Assert.Equal(TaskState.Running, New().DesiredState);
        }
        Assert.Equal(["web:1", "web:2"], Images.Order());

        SwarmTask New() => world.Live.Single(task => world.Image(task) == "web:2");
    }

    [Fact]
    public void FailureOfANewTask_PausesTheUpdate()
    {
        Start(3);
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan();
        var failed = world.LiveIn(1);
        world.Report(failed, TaskState.Failed).Plan();
        Assert.Equal((UpdateState.Paused, $"update paused due to failure or early termination of task {failed.Id}"), Status);
        Assert.Equal(["web:2", "web:1", "web:1"], world.Later(60).Settle().Live.Select(world.Image));
    }

    [Fact]
    public void FailureWithinTheWatch_Counts_LaterOnesDoNot()
    {
        Start(2);
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan().Report(world.LiveIn(1), TaskState.Running).Plan();
        world.Later(5.1).Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Updating, Status.State);

        Start(2);
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan().Report(world.LiveIn(1), TaskState.Running).Plan();
        world.Later(4.9).Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Paused, Status.State);
    }

    [Fact]
    public void FailureRatio_IsExceededBeforeAnythingHappens()
    {
        Start(4, new() { Parallelism = 0, MaxFailureRatio = 0.5 });
        ToNewImage();
        world.Settle();
        world.Report(world.LiveIn(1), TaskState.Failed).Report(world.LiveIn(2), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Updating, Status.State);
        world.Report(world.LiveIn(3), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Paused, Status.State);
    }

    [Fact]
    public void ContinueOnFailure_GoesOn()
    {
        Start(3, new() { Parallelism = 1, FailureAction = UpdateFailureAction.Continue });
        ToNewImage();
        for (var slot = 1ul; slot <= 3; slot++)
            world.Report(Stopping(slot), TaskState.Shutdown).Plan().Report(world.LiveIn(slot), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Completed, world.Settle().Web.UpdateStatus!.State);
        Assert.Equal(["web:2", "web:2", "web:2"], Images);
    }

    [Fact]
    public void RollbackOnFailure_GoesBack_AndSaysSo()
    {
        Start(3, new() { Parallelism = 1, FailureAction = UpdateFailureAction.Rollback });
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan();
        var failed = world.LiveIn(1);
        world.Report(failed, TaskState.Failed).Plan();
        Assert.Equal((UpdateState.RollbackStarted, $"update rolled back due to failure or early termination of task {failed.Id}"), Status);
        Assert.Null(world.Web.PreviousSpec);
        world.Settle().Later(5).Plan();
        Assert.Equal((UpdateState.RollbackCompleted, "rollback completed"), Status);
        Assert.Equal(["web:1", "web:1", "web:1"], Images);
        // Two of the three were never touched.
        Assert.Equal(2, world.Live.Count(task => task.Restart is null));
    }

    [Fact]
    public void FailingRollback_Pauses_ThoughItsActionIsRollback()
    {
        Start(2, new() { FailureAction = UpdateFailureAction.Rollback }, new() { FailureAction = UpdateFailureAction.Rollback });
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan().Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.RollbackStarted, Status.State);
        var back = world.LiveIn(1);
        Assert.Equal("web:1", world.Image(back));
        world.Later(5).Plan().Report(back, TaskState.Failed).Plan();
        Assert.Equal((UpdateState.RollbackPaused, $"rollback paused due to failure or early termination of task {back.Id}"), Status);
        Assert.Equal(UpdateState.RollbackPaused, world.Later(3600).Settle().Web.UpdateStatus!.State);
    }

    [Fact]
    public void ManualRollback_RestoresThePreviousSpec_AndASecondOneUndoesIt()
    {
        Start(2);
        ToNewImage();
        world.Settle().Later(5).Plan();
        world.Put(ServiceUpdates.Rollback(world.Web, world.NextVersion, world.Now));
        Assert.Equal((UpdateState.RollbackStarted, "manually requested rollback"), Status);
        world.Settle().Later(5).Plan();
        Assert.Equal((UpdateState.RollbackCompleted, "rollback completed"), Status);
        Assert.Equal(["web:1", "web:1"], Images);
        world.Put(ServiceUpdates.Rollback(world.Web, world.NextVersion, world.Now));
        Assert.Equal(["web:2", "web:2"], world.Settle().Live.Select(world.Image));
    }

    [Fact]
    public void RollbackWithoutPreviousSpec_IsRefused()
    {
        Start(1);
        var refusal = Assert.Throws<SwarmException>(() => ServiceUpdates.Rollback(world.Web, 9, world.Now));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.Contains("does not have a previous spec", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PausedUpdate_GoesOnWithAnotherUpdate()
    {
        Start(2);
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan().Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Paused, Status.State);
        world.UpdateTemplate(_ => World.Image("web:3")).Settle().Later(5).Plan();
        Assert.Equal(["web:3", "web:3"], Images);
        Assert.Equal(UpdateState.Completed, Status.State);
    }

    [Fact]
    public void UpdateDuringAnUpdate_LeadsToTheLastSpec()
    {
        Start(3);
        ToNewImage();
        world.UpdateTemplate(_ => World.Image("web:3")).Settle().Later(5).Plan();
        Assert.Equal(["web:3", "web:3", "web:3"], Images);
        Assert.Equal("web:2", world.Web.PreviousSpec!.TaskTemplate.ContainerSpec!.Image);
    }

    [Fact]
    public void UpdateWithScale_DoesBoth()
    {
        Start(2);
        world.Update(spec => spec with { TaskTemplate = World.Image("web:2"), Mode = new() { Replicated = new(4) } }).Settle().Later(5).Plan();
        Assert.Equal(["web:2", "web:2", "web:2", "web:2"], Images);
        Assert.Equal(UpdateState.Completed, Status.State);
    }

    [Fact]
    public void ScaleDuringAnUpdate_LeavesTheUpdateBe_AndIsKeptByARollback()
    {
        Start(3);
        ToNewImage();
        world.Scale(5).Plan();
        Assert.Equal((UpdateState.Updating, "update in progress"), Status);
        Assert.Equal(("web:1", 5ul), (world.Web.PreviousSpec!.TaskTemplate.ContainerSpec!.Image, world.Web.PreviousSpec.Mode!.Replicated!.Replicas));
        var before = world.Web.PreviousSpec;
        world.Put(ServiceUpdates.Rollback(world.Web, world.NextVersion, world.Now));
        Assert.Equal(before, world.Web.Spec);
        world.Settle();
        Assert.Equal(["web:1", "web:1", "web:1", "web:1", "web:1"], Images);
    }

    [Fact]
    public void ScaleDuringARollback_IsNotTakenForTheEndOfIt()
    {
        Start(2, new() { Parallelism = 1 });
        ToNewImage();
        world.Settle().Later(5).Plan();
        world.Put(ServiceUpdates.Rollback(world.Web, world.NextVersion, world.Now));
        world.Scale(3).Settle().Later(5).Plan();
        Assert.Equal(UpdateState.RollbackCompleted, Status.State);
        Assert.Equal("web:2", world.Web.PreviousSpec!.TaskTemplate.ContainerSpec!.Image);
    }

    [Fact]
    public void ScaleWithNoUpdateUnderWay_CanBeRolledBack()
    {
        Start(2);
        world.Scale(4).Plan();
        world.Put(ServiceUpdates.Rollback(world.Web, world.NextVersion, world.Now));
        Assert.Equal(2ul, world.Web.Spec.Mode!.Replicated!.Replicas);
    }

    [Fact]
    public void PausedUpdate_StaysSoWhenScaled_AndGoesOnWithTheSameSpec()
    {
        Start(3);
        ToNewImage();
        world.Put(ServiceUpdates.Pause(world.Web));
        world.Scale(4).Settle();
        Assert.Equal((UpdateState.Paused, "update paused on request"), Status);
        Assert.Equal(["web:2", "web:1", "web:1", "web:2"], Images);
        world.Update(spec => spec).Settle().Later(5).Plan();
        Assert.Equal(UpdateState.Completed, Status.State);
        Assert.Equal(["web:2", "web:2", "web:2", "web:2"], Images);
        Assert.Equal("web:1", world.Web.PreviousSpec!.TaskTemplate.ContainerSpec!.Image);
    }

    [Fact]
    public void ResumedUpdate_IsNotPausedAgain_ByWhatFailedBefore()
    {
        Start(3);
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan();
        world.Report(world.LiveIn(1), TaskState.Failed).Plan();
        Assert.Equal(UpdateState.Paused, Status.State);
        world.Later(1);
        world.Put(ServiceUpdates.Resume(world.Web, world.Now));
        world.Later(5).Settle().Later(5).Plan();
        Assert.Equal(UpdateState.Completed, Status.State);
        Assert.Equal(["web:2", "web:2", "web:2"], Images);
    }

    [Fact]
    public void ChangeThatNeedsNoContainers_RestartsNone()
    {
        Start(3);
        var before = world.Live.Select(task => task.Id).ToList();
        world.Update(spec => spec with
        {
            Labels = new([new("a", "b")]),
            UpdateConfig = new() { Parallelism = 7 },
            EndpointSpec = new() { Mode = EndpointMode.Dnsrr },
        }).Settle();
        Assert.Equal(before, world.Live.Select(task => task.Id));
        Assert.Null(world.Web.UpdateStatus);
        Assert.Equal(world.Live[0].SpecVersion, world.Web.SpecVersion);
    }

    [Fact]
    public void ConstraintThatTheNodesMeet_RestartsNone()
    {
        Start(3);
        var before = world.Live.Select(task => task.Id).ToList();
        world.UpdateTemplate(template => template with { Placement = new() { Constraints = ["node.hostname != x"] } }).Settle();
        Assert.Equal(before, world.Live.Select(task => task.Id));
        Assert.Null(world.Web.UpdateStatus);
    }

    [Fact]
    public void ConstraintThatANodeDoesNotMeet_MovesItsTaskAlone()
    {
        Start(3);
        var kept = world.Live.Where(task => task.NodeId != "b").Select(task => task.Id).ToHashSet();
        world.UpdateTemplate(template => template with { Placement = new() { Constraints = ["node.hostname != b"] } }).Settle().Later(5).Plan();
        Assert.Subset(world.Live.Select(task => task.Id).ToHashSet(), kept);
        Assert.DoesNotContain("b", world.LiveNodes);
        Assert.Equal(3, world.Live.Count);
    }

    [Fact]
    public void ForceUpdate_ReplacesAll()
    {
        Start(2);
        var before = world.Live.Select(task => task.Id).ToList();
        world.UpdateTemplate(template => template with { ForceUpdate = 1 }).Settle().Later(5).Plan();
        Assert.Empty(before.Intersect(world.Live.Select(task => task.Id)));
        Assert.Equal(UpdateState.Completed, Status.State);
    }

    [Fact]
    public void HostPort_AsksForNewTasks()
    {
        Start(1);
        var before = world.LiveIn(1).Id;
        var port = new PortConfig { TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host };
        world.Update(spec => spec with { EndpointSpec = new() { Ports = [port] } }).Settle();
        Assert.NotEqual(before, world.LiveIn(1).Id);
        Assert.Equal(port, Assert.Single(world.LiveIn(1).Ports!));
    }

    [Fact]
    public void NewRegistryCredentials_RestartNone()
    {
        Start(1);
        var before = world.LiveIn(1).Id;
        world.UpdateTemplate(template => template with { ContainerSpec = template.ContainerSpec! with { RegistryAuth = new("x") } }).Settle();
        Assert.Equal(before, world.LiveIn(1).Id);
    }

    [Fact]
    public void FinishedTask_IsUpdatedToo()
    {
        world.Create(1, World.Image("web:1") with { RestartPolicy = new() { Condition = RestartCondition.None } }).Settle();
        world.Report(world.LiveIn(1), TaskState.Complete).Plan();
        world.UpdateTemplate(template => template with { ContainerSpec = new() { Image = "web:2" } }).Settle();
        Assert.Equal("web:2", world.Image(world.LiveIn(1)));
    }

    [Fact]
    public void UpdateOfATaskThatWaitsForItsDelay_StillWaitsForTheOneBefore()
    {
        Start(1);
        var old = world.LiveIn(1);
        world.Drain(old.NodeId).Plan();
        ToNewImage();
        Assert.Equal(("web:2", TaskState.Ready), (world.Image(world.LiveIn(1)), world.LiveIn(1).DesiredState));
        world.Later(1).Report(old, TaskState.Shutdown);
        foreach (var task in world.Tasks.Where(task => task.DesiredState == TaskState.Shutdown && task.Status.State < TaskState.Running))
            world.Report(task, TaskState.Shutdown);
        Assert.Equal(TaskState.Running, world.Plan().LiveIn(1).DesiredState);
    }

    [Fact]
    public void FailedTasksOfAnUpdate_AreKeptUntilItEnds()
    {
        world.Put(new SwarmObject { Id = "swarm", Spec = new() { Orchestration = new(0) } });
        Start(4, new() { Parallelism = 1, MaxFailureRatio = 0.5 });
        ToNewImage();
        world.Report(Stopping(1), TaskState.Shutdown).Plan();
        var failed = world.LiveIn(1);
        world.Report(failed, TaskState.Failed).Later(5).Settle();
        Assert.Contains(world.Tasks, task => task.Id == failed.Id);
        world.Settle().Later(5).Settle().Later(5).Settle();
        Assert.Equal(UpdateState.Completed, Status.State);
        Assert.Equal(4, world.Tasks.Count);
    }

    private (UpdateState? State, string? Message) Status => (world.Web.UpdateStatus?.State, world.Web.UpdateStatus?.Message);

    private IEnumerable<string> Images => world.Live.Select(world.Image);

    private void Start(ulong replicas, UpdateConfig? update = null, UpdateConfig? rollback = null) =>
        world.Create(replicas, World.Image("web:1"), spec => spec with { UpdateConfig = update, RollbackConfig = rollback }).Settle().Later(60).Settle();

    private void ToNewImage() => world.UpdateTemplate(template => template with { ContainerSpec = new() { Image = "web:2" } }).Plan();

    private SwarmTask Stopping(ulong slot) => world.Tasks.Last(task =>
        task.Slot == slot && task.DesiredState == TaskState.Shutdown && task.Status.State <= TaskState.Running);
}
