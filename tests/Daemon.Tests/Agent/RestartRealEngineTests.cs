using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Restarts of the daemon and of a real engine.</summary>
[Collection(EngineCollection.Name)]
public sealed class RestartRealEngineTests : IAsyncDisposable
{
    private readonly EngineFixture engine;
    private readonly RealAgent agent;

    public RestartRealEngineTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        (this.engine, agent) = (engine, new(engine));
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task RestartedAgent_AdoptsItsContainers_AsTheyRun()
    {
        var tasks = new[] { agent.Shell("sleep 1000"), agent.Shell("sleep 1000", "task2", 2) };
        await agent.StartAsync(tasks);
        await agent.ReachesAsync(TaskState.Running);
        await agent.ReachesAsync(TaskState.Running, "task2");
        var before = await agent.InspectAsync();
        await agent.StopAsync();
        await agent.Client.Containers.KillContainerAsync(agent.Dispatcher.Last(agent.Id("task2"))!.ContainerStatus!.ContainerId!, new(), CancellationToken.None);
        await agent.StartAsync(tasks);
        Assert.Equal("task: non-zero exit (137)", (await agent.ReachesAsync(TaskState.Failed, "task2")).Err);
        var after = await agent.InspectAsync();
        Assert.Equal((before.ID, before.State!.StartedAt, true), (after.ID, after.State!.StartedAt, after.State.Running));
        await agent.Client.Containers.KillContainerAsync(after.ID, new(), CancellationToken.None);
        await agent.ReachesAsync(TaskState.Failed);
    }

    [Fact]
    public async Task KilledEngine_KeepsTasks_AndTellsWhatEndedMeanwhile()
    {
        var tasks = new[] { agent.Shell("sleep 1000"), agent.Shell("read line < /tmp/end; exit 4", "task2", 2).WithFifo() };
        await agent.StartAsync(tasks);
        var pid = (await agent.ReachesAsync(TaskState.Running)).ContainerStatus!.Pid;
        var ending = (await agent.ReachesAsync(TaskState.Running, "task2")).ContainerStatus!.Pid;
        await engine.KillAsync();
        agent.Dispatcher.Send(complete: false, agent.Shell("sleep 1000", "task3", 3));
        await agent.Pulse.UntilAsync(
            () => agent.Dispatcher.Last(agent.Id("task3"))?.Err?.Contains("Cannot connect to the Docker daemon", StringComparison.Ordinal) == true,
            () => $"task3 is {agent.Dispatcher.Last(agent.Id("task3"))}");
        await File.WriteAllTextAsync($"/proc/{ending}/root/tmp/end", "go\n");
        await engine.StartAsync();
        await agent.ReachesAsync(TaskState.Running, "task3");
        Assert.Equal("task: non-zero exit (4)", (await agent.ReachesAsync(TaskState.Failed, "task2")).Err);
        Assert.Equal(TaskState.Running, agent.Dispatcher.Last(agent.Id())!.State);
        Assert.Equal(pid, (await agent.InspectAsync()).State!.Pid);
    }

    [Fact]
    public async Task Orphans_OfThisSwarmOnly_AreRemoved()
    {
        await using var other = new RealAgent(engine);
        await other.StartAsync(other.Shell("sleep 1000"));
        await other.ReachesAsync(TaskState.Running);
        await agent.StartAsync(agent.Shell("sleep 1000"));
        var orphan = (await agent.ReachesAsync(TaskState.Running)).ContainerStatus!.ContainerId!;
        await agent.StopAsync();
        File.Delete(Path.Combine(agent.Options.DataRoot, "agent.db"));
        await agent.StartAsync();
        await agent.GoneAsync(orphan);
        Assert.True((await other.InspectAsync()).State!.Running);
    }

    [Fact]
    public async Task LeavingTheSwarm_RemovesItsContainers_AndNoOthers()
    {
        await using var other = new RealAgent(engine);
        await other.StartAsync(other.Shell("sleep 1000"));
        await other.ReachesAsync(TaskState.Running);
        await agent.StartAsync(agent.Shell("sleep 1000"), agent.Shell("exit 1", "task2", 2));
        await agent.ReachesAsync(TaskState.Running);
        await agent.ReachesAsync(TaskState.Failed, "task2");
        await agent.StopAsync();
        await agent.Agent.RemoveAllAsync(CancellationToken.None);
        Assert.Empty(await agent.Engine.ListContainersAsync(AgentLabels.Own(agent.Swarm, "node1"), CancellationToken.None));
        Assert.True((await other.InspectAsync()).State!.Running);
    }
}
