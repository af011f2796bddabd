using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Restarts of the daemon and of the engine, and managers that are away.</summary>
public sealed class AgentRestartTests : IAsyncDisposable
{
    private readonly AgentHarness agent = new();

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task StoppingTheAgent_TouchesNoContainer_AndStartingItAdoptsThem()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        Assert.Equal(ContainerCondition.Running, agent.Engine.Of("task1")!.Condition);
        agent.Engine.Calls.Clear();
        agent.Dispatcher.Reports.Clear();
        await agent.StartAsync(Samples.Task() with { Status = agent.Dispatcher.Last("task1") ?? new() { State = TaskState.Running } });
        agent.Engine.Die("task1", 1);
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.DoesNotContain(agent.Engine.Calls, call => call.Split(' ')[0] is "create" or "start" or "stop" or "remove");
    }

    [Fact]
    public async Task TasksAreLookedAfter_WhileTheManagersAreAway()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        agent.Dispatcher.Refusal = new SwarmException(SwarmErrorCode.Unavailable, "no leader");
        agent.Start();
        await agent.CalledAsync("list", 2);
        agent.Engine.Die("task1", 7);
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal("task: non-zero exit (7)", agent.Dispatcher.Last("task1")!.Err);
    }

    [Fact]
    public async Task WhatEndedMeanwhile_IsFoundOut()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        agent.Engine.Die("task1", 5);
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal("task: non-zero exit (5)", agent.Dispatcher.Last("task1")!.Err);
    }

    [Fact]
    public async Task StatusNotYetReported_IsReportedAfterARestart()
    {
        agent.Dispatcher.BeforeReport = () => Task.FromException(new IOException("away"));
        await agent.StartAsync(Samples.Task(new() { Image = "nope" }));
        await agent.CalledAsync("create");
        await agent.CalledAsync("has", 1);
        await agent.StopAsync();
        agent.Dispatcher.BeforeReport = () => Task.CompletedTask;
        agent.Dispatcher.Refusal = new IOException("away");
        agent.Start();
        await agent.ReachesAsync("task1", TaskState.Rejected);
    }

    [Fact]
    public async Task LostDatabase_IsMadeUpForByLabels()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        File.Delete(Path.Combine(agent.Options.DataRoot, "agent.db"));
        await agent.StartAsync(Samples.Task() with { Status = new() { State = TaskState.Running } });
        agent.Engine.Die("task1", 1);
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal(1, agent.Engine.Count("create"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatHappens_BetweenTheListAndTheAssignments_IsNotMissed(bool removed)
    {
        agent.Engine.Put(new() { Id = "old", TaskId = "task1", Condition = ContainerCondition.Running });
        agent.Start();
        await agent.OpenAsync();
        agent.Engine.Die("task1", 4);
        await agent.CalledAsync("told task1 Died");
        if (removed)
        {
            await agent.Engine.RemoveContainerAsync("old", CancellationToken.None);
            await agent.CalledAsync("told task1 Destroyed");
        }
        agent.Dispatcher.Send(complete: true, Samples.Task() with { Status = new() { State = TaskState.Running, ContainerStatus = new() { ContainerId = "old" } } });
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal(0, agent.Engine.Count("create"));
    }

    [Fact]
    public async Task LostDatabaseAndStatus_StillCreateNoSecondContainer()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        File.Delete(Path.Combine(agent.Options.DataRoot, "agent.db"));
        agent.Dispatcher.Reports.Clear();
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal((1, 1), (agent.Engine.Count("create"), agent.Engine.Count("start")));
        Assert.Equal(1001, agent.Dispatcher.Last("task1")!.ContainerStatus!.Pid);
    }

    [Fact]
    public async Task DamagedDatabase_IsSetAside_AndLosesNothing()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        var path = Path.Combine(agent.Options.DataRoot, "agent.db");
        await File.WriteAllTextAsync(path, new string('x', 8192));
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
        await agent.StartAsync(Samples.Task() with { Status = new() { State = TaskState.Running } });
        Assert.Single(Directory.GetFiles(agent.Options.DataRoot, "agent.db.damaged-*"));
        agent.Engine.Die("task1", 1);
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal(1, agent.Engine.Count("create"));
    }

    [Fact]
    public async Task Database_IsPrivate_AndSealedWhereASealIsGiven()
    {
        agent.Options = agent.Options with { Seal = Flip, Unseal = Flip };
        await agent.StartAsync(Samples.Task(new() { Image = "swarmps/test:1", Env = ["PASSWORD=hunter2"] }));
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        foreach (var file in Directory.GetFiles(agent.Options.DataRoot))
        {
            Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(file));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        agent.Start();
        await agent.CalledAsync("list", 2);
        agent.Engine.Die("task1", 1);
        await agent.ReachesAsync("task1", TaskState.Failed);
    }

    [Fact]
    public async Task Orphans_AreRemoved_OnceTheManagersHaveSaidAll()
    {
        agent.Engine.Put(new() { Id = "old", TaskId = "gone", Condition = ContainerCondition.Running });
        agent.Start();
        await agent.OpenAsync();
        await agent.CalledAsync("list");
        Assert.NotNull(agent.Engine.Of("gone"));
        agent.Dispatcher.Send(complete: true);
        await agent.GoneAsync("gone");
        Assert.Equal(["stop old", "remove old"], agent.Engine.Calls.Where(call => call.EndsWith(" old", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EngineAway_KeepsStatuses_AndNewTasksWait_SayingWhy()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Engine.GoDown();
        agent.Dispatcher.Send(complete: false, Samples.Task(id: "task2", slot: 4));
        await agent.Pulse.UntilAsync(
            () => agent.Dispatcher.Last("task2") is { State: TaskState.Preparing, Err: not null },
            () => $"task2 is {agent.Dispatcher.Last("task2")}");
        Assert.Contains("Cannot connect to the Docker daemon at unix:///fake.sock", agent.Dispatcher.Last("task2")!.Err);
        Assert.Equal(TaskState.Running, agent.Dispatcher.Last("task1")!.State);
        agent.Engine.ComeUp();
        await agent.ReachesAsync("task2", TaskState.Running);
        Assert.Null(agent.Dispatcher.Last("task2")!.Err);
        Assert.Equal(TaskState.Running, agent.Dispatcher.Last("task1")!.State);
        Assert.Single(agent.Dispatcher.Sessions);
    }

    [Fact]
    public async Task EngineBackAfterARestart_TellsWhatEndedAndWhatIsHealthy()
    {
        agent.Engine.StartHealth = ContainerHealth.Starting;
        await agent.StartAsync(Samples.Task(), Samples.Task(id: "task2", slot: 4));
        await agent.CalledAsync("inspect", 2);
        agent.Engine.GoDown();
        agent.Engine.Die("task1", 9);
        agent.Engine.SetHealth("task2", ContainerHealth.Healthy);
        agent.Engine.ComeUp();
        await agent.ReachesAsync("task1", TaskState.Failed);
        await agent.ReachesAsync("task2", TaskState.Running);
        Assert.Equal("task: non-zero exit (9)", agent.Dispatcher.Last("task1")!.Err);
    }

    [Fact]
    public async Task EngineThatNeverAnswered_MeansNoSession()
    {
        agent.Engine.GoDown();
        agent.Start();
        await agent.CalledAsync("list", 3);
        Assert.Empty(agent.Dispatcher.Sessions);
        agent.Engine.ComeUp();
        await agent.OpenAsync();
    }

    [Fact]
    public async Task EngineAwayAtARestart_KeepsTheSession_WithWhatWasSaidLast()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        agent.Engine.GoDown();
        await agent.StartAsync(Samples.Task());
        Assert.Equal(agent.Dispatcher.Sessions[0], agent.Dispatcher.Sessions[1]);
        Assert.Equal(TaskState.Running, agent.Dispatcher.Last("task1")!.State);
    }

    [Fact]
    public async Task UpgradedEngine_OpensANewSession()
    {
        await agent.StartAsync();
        agent.Engine.Info = agent.Engine.Info with { Engine = new() { EngineVersion = "28" } };
        agent.Engine.GoDown();
        agent.Engine.ComeUp();
        await agent.Pulse.UntilAsync(() => agent.Dispatcher.Sessions.Count == 2, () => "no second session");
        Assert.Equal("28", agent.Dispatcher.Sessions[1].Engine!.EngineVersion);
    }

    [Fact]
    public async Task BrokenSession_IsOpenedAgain_AndTasksGoOn()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Break(new IOException("cut"));
        await agent.Pulse.UntilAsync(() => agent.Dispatcher.Sessions.Count == 2, () => "no second session");
        agent.Dispatcher.Send(complete: true, Samples.Task());
        agent.Engine.Die("task1", 0);
        await agent.ReachesAsync("task1", TaskState.Complete);
        Assert.Equal(1, agent.Engine.Count("create"));
    }

    [Fact]
    public async Task TaskKnownToBeOver_IsNotBroughtUpAgain()
    {
        await agent.StartAsync(Samples.Task() with { Status = new() { State = TaskState.Rejected, Err = "No such image" } }, Samples.Task(id: "task2", slot: 4));
        await agent.ReachesAsync("task2", TaskState.Running);
        Assert.Equal(1, agent.Engine.Count("create"));
        Assert.Empty(agent.Dispatcher.States("task1"));
    }

    [Fact]
    public async Task LeavingTheSwarm_RemovesContainersAndForgetsTasks()
    {
        await agent.StartAsync(Samples.Task(), Samples.Task(id: "task2", slot: 4));
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.ReachesAsync("task2", TaskState.Running);
        await agent.StopAsync();
        await agent.Agent.RemoveAllAsync(CancellationToken.None);
        Assert.Empty(agent.Engine.Containers);
        using var kept = AgentDatabase.Open(agent.Options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Empty(kept.Load());
        Assert.Null(kept.LoadDescription());
    }

    private static byte[] Flip(byte[] bytes) => Array.ConvertAll(bytes, value => (byte)(value ^ 0x5A));
}
