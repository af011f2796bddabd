using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>What a runner does next, decided from where its task stands.</summary>
public sealed class TaskStepsTests
{
    [Theory]
    [InlineData(TaskState.Assigned, ContainerCondition.None, TaskStep.Accept)]
    [InlineData(TaskState.Accepted, ContainerCondition.None, TaskStep.BeginPreparing)]
    [InlineData(TaskState.Accepted, ContainerCondition.Unknown, TaskStep.BeginPreparing)]
    [InlineData(TaskState.Preparing, ContainerCondition.Unknown, TaskStep.Discover)]
    [InlineData(TaskState.Preparing, ContainerCondition.None, TaskStep.Prepare)]
    [InlineData(TaskState.Ready, ContainerCondition.Created, TaskStep.BeginStarting)]
    [InlineData(TaskState.Starting, ContainerCondition.Created, TaskStep.Start)]
    [InlineData(TaskState.Starting, ContainerCondition.None, TaskStep.Start)]
    [InlineData(TaskState.Starting, ContainerCondition.Running, TaskStep.MarkRunning)]
    [InlineData(TaskState.Starting, ContainerCondition.Ended, TaskStep.MarkEnded)]
    [InlineData(TaskState.Running, ContainerCondition.Running, TaskStep.Wait)]
    [InlineData(TaskState.Running, ContainerCondition.Ended, TaskStep.MarkEnded)]
    [InlineData(TaskState.Running, ContainerCondition.None, TaskStep.MarkEnded)]
    [InlineData(TaskState.Running, ContainerCondition.Unknown, TaskStep.Discover)]
    [InlineData(TaskState.Failed, ContainerCondition.Ended, TaskStep.Wait)]
    [InlineData(TaskState.Orphaned, ContainerCondition.Running, TaskStep.StopLeftover)]
    public void WantedTask_IsBroughtUp_StepByStep(TaskState state, ContainerCondition container, TaskStep expected) =>
        Assert.Equal(expected, Next(state, TaskState.Running, container));

    [Theory]
    [InlineData(ContainerHealth.Starting, TaskStep.Wait)]
    [InlineData(ContainerHealth.Healthy, TaskStep.MarkRunning)]
    [InlineData(ContainerHealth.Unhealthy, TaskStep.StopUnhealthy)]
    public void StartingTask_RunsOnlyWhenHealthy(ContainerHealth health, TaskStep expected) =>
        Assert.Equal(expected, Next(TaskState.Starting, TaskState.Running, ContainerCondition.Running, health));

    [Fact]
    public void RunningTask_ThatIsUnhealthy_IsStopped() =>
        Assert.Equal(TaskStep.StopUnhealthy, Next(TaskState.Running, TaskState.Running, ContainerCondition.Running, ContainerHealth.Unhealthy));

    [Theory]
    [InlineData(ContainerHealth.Healthy, TaskStep.MarkRunning)]
    [InlineData(ContainerHealth.Unhealthy, TaskStep.StopUnhealthy)]
    public void RunningTask_ThatWasSaidToBeUnhealthy_IsSaidToBeWell_OnceItIs(ContainerHealth health, TaskStep expected) =>
        Assert.Equal(expected, TaskSteps.Next(new(TaskState.Running, TaskState.Running, false, ContainerCondition.Running, health, SaidUnwell: true)));

    [Fact]
    public void TaskWantedReady_StopsThere() => Assert.Equal(TaskStep.Wait, Next(TaskState.Ready, TaskState.Ready, ContainerCondition.Created));

    [Fact]
    public void JobsTask_WantedComplete_IsStarted() => Assert.Equal(TaskStep.BeginStarting, Next(TaskState.Ready, TaskState.Complete, ContainerCondition.Created));

    [Theory]
    [InlineData(TaskState.Assigned)]
    [InlineData(TaskState.Preparing)]
    [InlineData(TaskState.Running)]
    public void UnwantedTask_IsShutDown_WhereverItStands(TaskState state) =>
        Assert.Equal(TaskStep.Shutdown, Next(state, TaskState.Shutdown, ContainerCondition.Running));

    [Theory]
    [InlineData(ContainerCondition.Running, TaskStep.StopLeftover)]
    [InlineData(ContainerCondition.Ended, TaskStep.Remove)]
    [InlineData(ContainerCondition.None, TaskStep.Wait)]
    public void TaskToBeRemoved_LosesItsContainer_OnceItIsOver(ContainerCondition container, TaskStep expected) =>
        Assert.Equal(expected, Next(TaskState.Shutdown, TaskState.Remove, container));

    [Theory]
    [InlineData(TaskState.Running, ContainerCondition.Running, TaskStep.StopLeftover)]
    [InlineData(TaskState.Running, ContainerCondition.Ended, TaskStep.Remove)]
    [InlineData(TaskState.Complete, ContainerCondition.Created, TaskStep.Remove)]
    [InlineData(TaskState.Rejected, ContainerCondition.None, TaskStep.End)]
    [InlineData(TaskState.Running, ContainerCondition.Unknown, TaskStep.Discover)]
    public void ForgottenTask_LeavesNothing(TaskState state, ContainerCondition container, TaskStep expected) =>
        Assert.Equal(expected, TaskSteps.Next(new(state, TaskState.Running, true, container, ContainerHealth.None)));

    private static TaskStep Next(TaskState state, TaskState desired, ContainerCondition container, ContainerHealth health = ContainerHealth.None) =>
        TaskSteps.Next(new(state, desired, false, container, health));
}
