using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

public sealed class AgentLoopTests : IAsyncDisposable
{
    private readonly AgentHarness agent = new();

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task AssignedTask_RunsInItsContainer_WithThreeCalls()
    {
        agent.Engine.PullFailure = null;
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        var status = agent.Dispatcher.Last("task1")!;
        Assert.Equal(("started", null), (status.Message, status.Err));
        Assert.Equal(new ContainerStatus { ContainerId = "c1", Pid = 1001 }, status.ContainerStatus);
        Assert.Equal(["create web.3.task1", "start c1", "inspect c1"], agent.Engine.Calls.Where(call => call.Split(' ')[0] is "create" or "start" or "inspect"));
        Assert.Equal(agent.Dispatcher.States("task1").Order(), agent.Dispatcher.States("task1"));
    }

    [Fact]
    public async Task Session_TellsWhatTheNodeIs()
    {
        await agent.StartAsync();
        var said = Assert.Single(agent.Dispatcher.Sessions);
        Assert.Equal("worker-7", said.Hostname);
        Assert.Equal(new Platform { Architecture = "x86_64", OS = "linux" }, said.Platform);
        Assert.Equal((2_000_000_000, 1L << 30), (said.Resources!.NanoCPUs, said.Resources.MemoryBytes));
        Assert.Equal("20.10", said.Engine!.EngineVersion);
    }

    [Fact]
    public async Task TaskWantedReady_StartsWhenRunningIsWanted()
    {
        await agent.StartAsync(Samples.Task() with { DesiredState = TaskState.Ready });
        await agent.ReachesAsync("task1", TaskState.Ready);
        Assert.Equal("prepared", agent.Dispatcher.Last("task1")!.Message);
        Assert.Equal(0, agent.Engine.Count("start"));
        agent.Dispatcher.Send(complete: false, Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal(1, agent.Engine.Count("create"));
    }

    [Theory]
    [InlineData(0, TaskState.Complete, "finished", null)]
    [InlineData(3, TaskState.Failed, "started", "task: non-zero exit (3)")]
    public async Task ContainerThatEnds_EndsItsTask_InDockersWords(int code, TaskState expected, string message, string? err)
    {
        agent.Engine.PullFailure = null;
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Engine.Die("task1", code);
        await agent.ReachesAsync("task1", expected);
        var status = agent.Dispatcher.Last("task1")!;
        Assert.Equal((message, err, code, 0), (status.Message, status.Err, status.ContainerStatus!.ExitCode, status.ContainerStatus.Pid));
        Assert.NotNull(agent.Engine.Of("task1"));
    }

    [Fact]
    public async Task TaskWithHealthCheck_RunsWhenHealthy()
    {
        agent.Engine.StartHealth = ContainerHealth.Starting;
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Starting);
        await agent.CalledAsync("inspect");
        Assert.DoesNotContain(TaskState.Running, agent.Dispatcher.States("task1"));
        agent.Engine.SetHealth("task1", ContainerHealth.Healthy);
        await agent.ReachesAsync("task1", TaskState.Running);
    }

    [Fact]
    public async Task TaskThatNeverBecomesHealthy_IsStopped_AndFails()
    {
        agent.Engine.StartHealth = ContainerHealth.Starting;
        await agent.StartAsync(Samples.Task());
        await agent.CalledAsync("inspect");
        agent.Engine.SetHealth("task1", ContainerHealth.Unhealthy);
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal(("starting", "task: non-zero exit (137): unhealthy container"), (agent.Dispatcher.Last("task1")!.Message, agent.Dispatcher.Last("task1")!.Err));
        Assert.Equal(ContainerCondition.Ended, agent.Engine.Of("task1")!.Condition);
    }

    [Fact]
    public async Task RunningTask_ThatBecomesUnhealthy_Fails()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Engine.SetHealth("task1", ContainerHealth.Unhealthy);
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.EndsWith("unhealthy container", agent.Dispatcher.Last("task1")!.Err);
    }

    [Fact]
    public async Task UnknownImage_RejectsTheTask()
    {
        await agent.StartAsync(Samples.Task(new() { Image = "nope" }));
        await agent.ReachesAsync("task1", TaskState.Rejected);
        var status = agent.Dispatcher.Last("task1")!;
        Assert.Equal("preparing", status.Message);
        Assert.StartsWith("No such image: nope:latest", status.Err);
        Assert.Contains("no such host", status.Err);
    }

    [Fact]
    public async Task SpecThatCannotBeRun_RejectsTheTask()
    {
        await agent.StartAsync(Samples.Task(new() { Image = "swarmps/test:1", Env = ["A={{.Nope}}"] }));
        await agent.ReachesAsync("task1", TaskState.Rejected);
        Assert.Contains("environment variable A", agent.Dispatcher.Last("task1")!.Err);
        Assert.Equal(0, agent.Engine.Count("create"));
    }

    [Fact]
    public async Task ContainerThatCannotBeStarted_FailsItsTask()
    {
        agent.Engine.Before = call => call.StartsWith("start", StringComparison.Ordinal)
            ? throw new EngineException(System.Net.HttpStatusCode.BadRequest, "exec: \"nope\": not found")
            : Task.CompletedTask;
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal("starting container failed: exec: \"nope\": not found", agent.Dispatcher.Last("task1")!.Err);
    }

    [Fact]
    public async Task ManyTasksOfAnImage_PullItOnce_AndStartSeveralAtATime()
    {
        var (now, most) = (0, 0);
        var full = new TaskCompletionSource();
        agent.Engine.Before = async call =>
        {
            if (!call.StartsWith("start", StringComparison.Ordinal))
                return;
            most = Math.Max(most, Interlocked.Increment(ref now));
            if (Volatile.Read(ref now) == Limits.StartsAtOnce)
                full.TrySetResult();
            await full.Task;
            Interlocked.Decrement(ref now);
        };
        await agent.StartAsync(Enumerable.Range(1, 40).Select(i => Samples.Task(id: $"t{i}", slot: (ulong)i)).ToArray());
        for (var i = 1; i <= 40; i++)
            await agent.ReachesAsync($"t{i}", TaskState.Running);
        Assert.Equal(1, agent.Engine.Count("pull"));
        Assert.Equal(Limits.StartsAtOnce, most);
        Assert.Equal(40, agent.Engine.Count("inspect"));
    }

    [Fact]
    public async Task RegistrysCredentials_ReachThePull()
    {
        agent.Engine.PullFailure = null;
        await agent.StartAsync(Samples.Task(new() { Image = "private:1", RegistryAuth = new("c2VjcmV0") }));
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Contains("pull private:1 c2VjcmV0", agent.Engine.Calls);
    }

    [Fact]
    public async Task ImageThatCannotBePulled_IsTakenFromTheNode_WhichTheTaskSays()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal("started (the image could not be pulled, this node's own copy is used: no such host)", agent.Dispatcher.Last("task1")!.Message);
        Assert.Equal(["pull", "has", "create"], agent.Engine.Calls.Select(call => call.Split(' ')[0]).Where(call => call is "pull" or "has" or "create"));
    }

    [Fact]
    public async Task ImageWithDigestThatIsThere_IsNotPulled()
    {
        agent.Engine.Images.Add("swarmps/test:1@sha256:abc");
        await agent.StartAsync(Samples.Task(new() { Image = "swarmps/test:1@sha256:abc" }));
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal(0, agent.Engine.Count("pull"));
    }

    [Fact]
    public async Task UnwantedTask_IsStopped_AndItsContainerKept()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Send(complete: false, Samples.Task() with { DesiredState = TaskState.Shutdown });
        await agent.ReachesAsync("task1", TaskState.Shutdown);
        Assert.Equal(("shutdown", 137), (agent.Dispatcher.Last("task1")!.Message, agent.Dispatcher.Last("task1")!.ContainerStatus!.ExitCode));
        Assert.Equal(ContainerCondition.Ended, agent.Engine.Of("task1")!.Condition);
        Assert.Equal(0, agent.Engine.Count("remove"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StoppedTask_IsOver_WhenItsContainerHasDied_UnlessItHoldsAPort(bool holdsPort)
    {
        var task = Samples.Task() with { Ports = holdsPort ? [new() { TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host }] : null };
        var (asked, cleared) = (new TaskCompletionSource(), new TaskCompletionSource());
        agent.Engine.Before = call =>
        {
            if (!call.StartsWith("stop ", StringComparison.Ordinal))
                return Task.CompletedTask;
            asked.TrySetResult();
            return cleared.Task;
        };
        await agent.StartAsync(task);
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Send(complete: false, task with { DesiredState = TaskState.Shutdown });
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        agent.Engine.Die("task1", 143);
        if (holdsPort)
        {
            // What another task reports later has left: a report of this one's end would have left before.
            agent.Dispatcher.Send(complete: false, Samples.Task(id: "task2", slot: 4));
            await agent.ReachesAsync("task2", TaskState.Running);
            Assert.Equal(TaskState.Running, agent.Dispatcher.Last("task1")!.State);
        }
        else
            await agent.ReachesAsync("task1", TaskState.Shutdown);
        cleared.SetResult();
        await agent.ReachesAsync("task1", TaskState.Shutdown);
        Assert.Equal(143, agent.Dispatcher.Last("task1")!.ContainerStatus!.ExitCode);
    }

    [Fact]
    public async Task TaskToBeRemoved_ReportsItsEnd_AndLosesItsContainer()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Send(complete: false, Samples.Task() with { DesiredState = TaskState.Remove });
        await agent.ReachesAsync("task1", TaskState.Shutdown);
        await agent.GoneAsync("task1");
    }

    [Fact]
    public async Task TaskThatTheManagersForgot_LosesItsContainer()
    {
        await agent.StartAsync(Samples.Task(), Samples.Task(id: "task2", slot: 4));
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.ReachesAsync("task2", TaskState.Running);
        agent.Dispatcher.Send(new Assignments(false, [], ["task1"]));
        await agent.GoneAsync("task1");
        Assert.NotNull(agent.Engine.Of("task2"));
        agent.Dispatcher.Send(complete: true);
        await agent.GoneAsync("task2");
    }

    [Fact]
    public async Task UnwantedTask_GivesUpItsPull()
    {
        var pulling = new TaskCompletionSource();
        agent.Engine.Before = call => call.StartsWith("pull", StringComparison.Ordinal) ? pulling.Task : Task.CompletedTask;
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Preparing);
        agent.Dispatcher.Send(complete: false, Samples.Task() with { DesiredState = TaskState.Shutdown });
        await agent.ReachesAsync("task1", TaskState.Shutdown);
        Assert.Equal(0, agent.Engine.Count("create"));
        pulling.SetResult();
    }

    [Fact]
    public async Task TaskUnwantedWhileItsContainerIsCreated_LeavesNoneRunning()
    {
        var creating = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        agent.Engine.Before = call =>
        {
            if (!call.StartsWith("create", StringComparison.Ordinal))
                return Task.CompletedTask;
            asked.TrySetResult();
            return creating.Task;
        };
        await agent.StartAsync(Samples.Task());
        await asked.Task;
        agent.Dispatcher.Send(complete: false, Samples.Task() with { DesiredState = TaskState.Remove }, Samples.Task(new() { Image = "" }, "task2"));
        await agent.ReachesAsync("task2", TaskState.Rejected);
        creating.SetResult();
        await agent.ReachesAsync("task1", TaskState.Shutdown);
        await agent.GoneAsync("task1");
        Assert.Equal(1, agent.Engine.Count("create"));
        Assert.Equal(0, agent.Engine.Count("start"));
    }

    [Fact]
    public async Task ContainerRemovedByHand_FailsItsTask()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Engine.Vanish("task1");
        agent.Engine.GoDown();
        agent.Engine.ComeUp();
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Contains("removed by someone else", agent.Dispatcher.Last("task1")!.Err);
    }
}
