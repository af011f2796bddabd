using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

[Collection(EngineCollection.Name)]
public sealed class AgentRealEngineTests : IAsyncDisposable
{
    private readonly EngineFixture engine;
    private readonly RealAgent agent;

    public AgentRealEngineTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        (this.engine, agent) = (engine, new(engine));
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Node_IsDescribed_AsTheEngineSees()
    {
        await agent.StartAsync();
        var said = agent.Dispatcher.Sessions[0];
        Assert.Equal(("real", "linux"), (said.Hostname, said.Platform!.OS));
        Assert.Equal(Environment.ProcessorCount * 1_000_000_000L, said.Resources!.NanoCPUs);
        Assert.True(said.Resources.MemoryBytes > 1 << 20);
        Assert.False(string.IsNullOrEmpty(said.Engine!.EngineVersion));
        Assert.Contains(new EnginePlugin("Volume", "local"), said.Engine.Plugins!);
        Assert.Contains(new EnginePlugin("Log", "json-file"), said.Engine.Plugins!);
        Assert.Contains(new EnginePlugin("Network", "bridge"), said.Engine.Plugins!);
    }

    [Fact]
    public async Task Task_RunsInALabelledContainer_UntilItEnds()
    {
        await agent.StartAsync(agent.Shell("echo up; echo down >&2; read line < /tmp/end; exit 3").WithFifo());
        var status = await agent.ReachesAsync(TaskState.Running);
        var container = await agent.InspectAsync();
        Assert.Equal((status.ContainerStatus!.ContainerId, (long)status.ContainerStatus.Pid), (container.ID, container.State!.Pid));
        Assert.Equal($"/web.1.{agent.Id()}", container.Name);
        Assert.Equal((agent.Id(), agent.Swarm), (container.Config!.Labels![AgentLabels.TaskId], container.Config.Labels[AgentLabels.SwarmId]));
        Assert.Equal("up\nE:down\n", Sorted(await agent.LogsAsync()));
        await agent.LetEndAsync();
        var ended = await agent.ReachesAsync(TaskState.Failed);
        Assert.Equal(("task: non-zero exit (3)", 3), (ended.Err, ended.ContainerStatus!.ExitCode));
        Assert.Equal("up\nE:down\n", Sorted(await agent.LogsAsync()));
    }

    [Fact]
    public async Task Events_TellOfHealthAndEnds_FromATimeOn()
    {
        var since = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1);
        await agent.StartAsync(agent.Of(new()
        {
            Command = ["sh", "-c", "touch /tmp/well; sleep 1; rm /tmp/well; sleep 1000"],
            Healthcheck = new() { Test = ["CMD", "test", "-e", "/tmp/well"], Interval = TimeSpan.FromMilliseconds(100), Retries = 1 },
        }));
        var id = (await agent.ReachesAsync(TaskState.Failed)).ContainerStatus!.ContainerId!;
        List<EngineEvent> events = [];
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var happened in agent.Engine.WatchAsync(AgentLabels.Own(agent.Swarm, "node1"), since, late.Token))
        {
            events.Add(happened);
            if (happened.Kind == EngineEventKind.Died)
                break;
        }
        Assert.Equal(
            [new(id, agent.Id(), EngineEventKind.Healthy), new(id, agent.Id(), EngineEventKind.Unhealthy), new EngineEvent(id, agent.Id(), EngineEventKind.Died, 137)],
            events);
    }

    [Fact]
    public async Task ContainerKilledByHand_FailsItsTask()
    {
        await agent.StartAsync(agent.Shell("sleep 1000"));
        var status = await agent.ReachesAsync(TaskState.Running);
        await agent.Client.Containers.KillContainerAsync(status.ContainerStatus!.ContainerId!, new(), CancellationToken.None);
        Assert.Equal("task: non-zero exit (137)", (await agent.ReachesAsync(TaskState.Failed)).Err);
    }

    [Fact]
    public async Task ContainerThatEndsWell_CompletesItsTask()
    {
        await agent.StartAsync(agent.Shell("echo done"));
        var status = await agent.ReachesAsync(TaskState.Complete);
        Assert.Equal(("finished", null, 0), (status.Message, status.Err, status.ContainerStatus!.ExitCode));
    }

    [Theory]
    [InlineData("trap 'exit 0' INT; while true; do sleep 0.05; done", "SIGINT", 0)]
    [InlineData("trap '' TERM; while true; do sleep 0.05; done", null, 137)]
    public async Task UnwantedTask_IsStopped_ByItsSignal_AndByForceAfterItsGracePeriod(string line, string? signal, int code)
    {
        var task = agent.Of(new() { Command = ["sh", "-c", line], StopSignal = signal, StopGracePeriod = TimeSpan.FromSeconds(1) });
        await agent.StartAsync(task);
        await agent.ReachesAsync(TaskState.Running);
        agent.Dispatcher.Send(complete: false, task with { DesiredState = TaskState.Shutdown });
        var status = await agent.ReachesAsync(TaskState.Shutdown);
        Assert.Equal(("shutdown", code), (status.Message, status.ContainerStatus!.ExitCode));
        Assert.False((await agent.InspectAsync()).State!.Running);
    }

    [Fact]
    public async Task RemovedTask_TakesItsAnonymousVolumesAlong_NotTheNamedOnes()
    {
        var named = $"data-{agent.Swarm}";
        var task = agent.Of(new()
        {
            Command = ["sleep", "1000"],
            Mounts = [new() { Target = "/nameless" }, new() { Source = named, Target = "/named", VolumeOptions = new() { Labels = new([new("of", "{{.Service.Name}}")]) } }],
        });
        await agent.StartAsync(task);
        await agent.ReachesAsync(TaskState.Running);
        var nameless = (await agent.InspectAsync()).Mounts!.Single(mount => mount.Destination == "/nameless").Name;
        var id = agent.Dispatcher.Last(agent.Id())!.ContainerStatus!.ContainerId!;
        agent.Dispatcher.Send(complete: false, task with { DesiredState = TaskState.Remove });
        await agent.ReachesAsync(TaskState.Shutdown);
        await agent.GoneAsync(id);
        var volumes = (await agent.Client.Volumes.ListAsync(CancellationToken.None)).Volumes!;
        Assert.DoesNotContain(volumes, volume => volume.Name == nameless);
        Assert.Equal("web", volumes.Single(volume => volume.Name == named).Labels!["of"]);
        await agent.Client.Volumes.RemoveAsync(named, true, CancellationToken.None);
    }

    [Fact]
    public async Task UnknownImage_RejectsTheTask()
    {
        await agent.StartAsync(agent.Of(new() { Image = "swarmps/nope" }));
        Assert.StartsWith("No such image: swarmps/nope:latest", (await agent.ReachesAsync(TaskState.Rejected)).Err);
    }

    [Fact]
    public async Task UnknownCommand_FailsTheTask_SayingSo()
    {
        await agent.StartAsync(agent.Of(new() { Command = ["/no/such"] }));
        var status = await agent.ReachesAsync(TaskState.Failed);
        Assert.StartsWith("starting container failed:", status.Err);
        Assert.Contains("/no/such", status.Err);
    }

    [Fact]
    public async Task HealthCheck_HoldsTheTaskBack_UntilItPasses()
    {
        await agent.StartAsync(agent.Of(new()
        {
            Command = ["sleep", "1000"],
            Healthcheck = new() { Test = ["CMD-SHELL", "test -e /tmp/well"], Interval = TimeSpan.FromMilliseconds(100), Retries = 1000 },
        }));
        var starting = await agent.ReachesAsync(TaskState.Starting);
        await agent.Pulse.UntilAsync(() => agent.Dispatcher.Last(agent.Id())!.ContainerStatus is not null, () => "no container");
        await agent.StartedAsync();
        Assert.DoesNotContain(TaskState.Running, agent.Dispatcher.States(agent.Id()));
        await agent.ExecAsync("touch", "/tmp/well");
        await agent.ReachesAsync(TaskState.Running);
        Assert.Equal("starting", starting.Message);
    }

    [Fact]
    public async Task HealthCheckOfTheImage_Counts_AndItsFailureStopsTheTask()
    {
        var image = $"swarmps/sick:{agent.Swarm}";
        await engine.ImportAsync(image, "HEALTHCHECK --interval=100ms --retries=1 CMD test -e /tmp/well");
        await agent.StartAsync(agent.Of(new() { Image = image, Command = ["sleep", "1000"] }));
        var status = await agent.ReachesAsync(TaskState.Failed);
        Assert.Equal(("starting", "task: non-zero exit (137): unhealthy container"), (status.Message, status.Err));
        Assert.False((await agent.InspectAsync()).State!.Running);
    }

    [Fact]
    public async Task RunningTask_ThatBecomesUnhealthy_Fails()
    {
        await agent.StartAsync(agent.Of(new()
        {
            Command = ["sh", "-c", "touch /tmp/well; exec sleep 1000"],
            Healthcheck = new() { Test = ["CMD", "test", "-e", "/tmp/well"], Interval = TimeSpan.FromMilliseconds(100), Retries = 2 },
        }));
        await agent.ReachesAsync(TaskState.Running);
        await agent.ExecAsync("rm", "/tmp/well");
        Assert.Equal("task: non-zero exit (137): unhealthy container", (await agent.ReachesAsync(TaskState.Failed)).Err);
    }

    [Fact]
    public async Task HostPorts_AreReported_ChosenOnesToo()
    {
        await agent.StartAsync(agent.Shell("sleep 1000") with
        {
            Ports = [new() { TargetPort = 80, PublishMode = PublishMode.Host }, new() { TargetPort = 53, Protocol = PortProtocol.Udp, PublishMode = PublishMode.Host }],
        });
        var ports = (await agent.ReachesAsync(TaskState.Running)).PortStatus!.Ports!;
        Assert.Equal([(53u, PortProtocol.Udp), (80u, PortProtocol.Tcp)], ports.Select(port => (port.TargetPort, port.Protocol!.Value)));
        Assert.All(ports, port => Assert.True(port is { PublishedPort: > 0, PublishMode: PublishMode.Host }));
    }

    [Fact]
    public async Task Terminal_GivesOneStream_AndFollowingEndsWithTheTask()
    {
        await agent.StartAsync(agent.Of(new() { Command = ["sh", "-c", "echo a; read line < /tmp/end; echo b >&2"], Tty = true, Init = false }).WithFifo());
        await agent.ReachesAsync(TaskState.Running);
        var following = agent.LogsAsync(options: new() { Stdout = true, Stderr = true, Follow = true });
        await agent.LetEndAsync();
        Assert.Equal("a\r\nb\r\n", await following);
        Assert.Equal("b\r\n", await agent.LogsAsync(options: new() { Stdout = true, Tail = "1" }));
        Assert.Empty(await agent.LogsAsync(options: new() { Stdout = true, Since = "2100-01-01T00:00:00Z" }));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT.* a\r\n", await agent.LogsAsync(options: new() { Stdout = true, Timestamps = true }));
    }

    private static string Sorted(string lines) =>
        string.Concat(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).OrderBy(line => line.StartsWith("E:", StringComparison.Ordinal)).Select(line => line + "\n"));
}
