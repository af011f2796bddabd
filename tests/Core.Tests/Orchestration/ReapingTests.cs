using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Orchestration;

public sealed class ReapingTests
{
    private readonly World world = new World().Nodes("a");

    [Theory]
    [InlineData(null, 5)]
    [InlineData(2L, 2)]
    [InlineData(0L, 1)]
    [InlineData(-1L, 11)]
    public void History_KeepsTheNewestTasks_UpToTheLimit(long? limit, int kept)
    {
        world.Put(new SwarmObject { Id = "swarm", Spec = new() { Orchestration = new(limit) } });
        Fail(10);
        Assert.Equal(kept, world.Tasks.Count);
        Assert.Equal(world.Tasks.Max(task => task.CreatedAt), world.LiveIn(1).CreatedAt);
        Assert.DoesNotContain(world.Tasks, task => task.Id == "0001" && kept < 11);
    }

    [Fact]
    public void MaxAttempts_ReplaceTheLimit()
    {
        Fail(10, maxAttempts: 20);
        Assert.Equal(11, world.Tasks.Count);
    }

    [Fact]
    public void LastTaskOfASlot_IsKept_SoThatTheSlotIsNotFilledAgain()
    {
        world.Put(new SwarmObject { Id = "swarm", Spec = new() { Orchestration = new(0) } });
        world.Create(1, new() { RestartPolicy = new() { Condition = RestartCondition.None } }).Settle();
        world.Report(world.LiveIn(1), TaskState.Complete).Plan().Plan().Later(60).Plan();
        Assert.Equal(TaskState.Complete, Assert.Single(world.Tasks).Status.State);
    }

    [Fact]
    public void TaskThatStillStops_IsNotForgotten()
    {
        world.Put(new SwarmObject { Id = "swarm", Spec = new() { Orchestration = new(0) } });
        world.Create(1).Settle().Scale(0).Plan();
        Assert.Equal(TaskState.Remove, Assert.Single(world.Tasks).DesiredState);
    }

    [Fact]
    public void TaskToBeRemovedOnALostNode_WaitsForTheNode()
    {
        world.Create(1).Settle().Down("a");
        world.Scale(0).Plan();
        Assert.Single(world.Tasks);
        world.Back("a").Plan();
        Assert.Single(world.Tasks);
        world.Report(world.Tasks[0], TaskState.Shutdown).Plan();
        Assert.Empty(world.Tasks);
    }

    private void Fail(int times, ulong? maxAttempts = null)
    {
        world.Create(1, new() { RestartPolicy = new() { Delay = TimeSpan.Zero, MaxAttempts = maxAttempts } }).Settle();
        for (var i = 0; i < times; i++)
            world.Later(1).Report(world.LiveIn(1), TaskState.Failed).Plan();
    }
}
