using Docker.DotNet;
using Docker.DotNet.Models;
using TaskState = SwarmPS.Model.TaskState;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>An agent on the real engine, with made-up managers; each with a swarm of its own, so that tests do not meet.</summary>
internal sealed class RealAgent : IAsyncDisposable
{
    private CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    /// <param name="engine">The engine.</param>
    /// <param name="socket">Where the agent finds it; the engine's own socket where null.</param>
    public RealAgent(EngineFixture engine, string? socket = null)
    {
        Engine = new(socket ?? engine.Socket);
        Client = new DockerClientBuilder().WithEndpoint(new("unix://" + engine.Socket)).Build();
        Dispatcher = new(Pulse);
        Swarm = Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        Options = new() { NodeId = "node1", SwarmId = Swarm, DataRoot = Directory.CreateTempSubdirectory("swarmps-agent-").FullName, RuntimeFolder = Directory.CreateTempSubdirectory("swarmps-memory-").FullName, Hostname = "real" };
        Image = engine.Image;
    }

    public string Swarm { get; }

    public string Image { get; }

    public Pulse Pulse { get; } = new();

    public DockerEngine Engine { get; }

    public DockerClient Client { get; }

    public FakeDispatcher Dispatcher { get; }

    public AgentOptions Options { get; }

    public AgentLoop Agent { get; private set; } = null!;

    public async Task StartAsync(params SwarmTask[] tasks)
    {
        stop = new();
        Agent = new(Options, Dispatcher, Engine, TimeProvider.System, NullLogger.Instance);
        running = Agent.RunAsync(stop.Token);
        await Pulse.UntilAsync(() => Dispatcher.IsOpen || running.IsCompleted, () => "no session was opened");
        if (running.IsCompleted)
            await running;
        Dispatcher.Send(complete: true, tasks);
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // Stopped as asked.
        }
    }

    /// <summary>A task that runs a shell line.</summary>
    public SwarmTask Shell(string line, string id = "task1", ulong slot = 1) => Of(new() { Command = ["sh", "-c", line] }, id, slot);

    /// <summary>A task of a spec; the image and no grace period are filled in.</summary>
    public SwarmTask Of(Model.ContainerSpec spec, string id = "task1", ulong slot = 1) => Samples.Task(
        spec with { Image = spec.Image ?? Image, StopGracePeriod = spec.StopGracePeriod ?? TimeSpan.Zero }, Swarm + id, slot);

    public string Id(string id = "task1") => Swarm + id;

    public async Task<SwarmTaskStatus> ReachesAsync(TaskState state, string id = "task1")
    {
        await Pulse.UntilAsync(
            () => Dispatcher.Last(Id(id)) is { } status && (status.State == state || (TaskSteps.IsOver(status.State) && status.State != TaskState.Shutdown)),
            () => $"{id} is {Dispatcher.Last(Id(id))?.ToString() ?? "not reported"} and not {state}");
        var last = Dispatcher.Last(Id(id))!;
        Assert.True(last.State == state, $"{id} is {last} and not {state}");
        return last;
    }

    /// <summary>The engine's own word on a task's container.</summary>
    public Task<ContainerInspectResponse> InspectAsync(string id = "task1") =>
        Client.Containers.InspectContainerAsync(Dispatcher.Last(Id(id))!.ContainerStatus!.ContainerId!, CancellationToken.None);

    public async Task<string> LogsAsync(string id = "task1", TaskLogOptions? options = null)
    {
        var text = new System.Text.StringBuilder();
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var line in new TaskLogs(Agent, Engine).ReadAsync(Id(id), options ?? new() { Stdout = true, Stderr = true }, late.Token))
            text.Append(line.Stderr ? "E:" : "").Append(System.Text.Encoding.UTF8.GetString(line.Data.Span));
        return text.ToString();
    }

    /// <summary>Runs a command in a task's container and waits for its end.</summary>
    public async Task ExecAsync(params string[] command) => Assert.Equal(0, await ExitCodeAsync(command));

    /// <summary>Lets a container end that waits for a line; its end may come first and kill the command that wrote it.</summary>
    public async Task LetEndAsync() => Assert.True(await ExitCodeAsync("sh", "-c", "echo go > /tmp/end") is 0 or 137);

    private async Task<long?> ExitCodeAsync(params string[] command)
    {
        var id = Dispatcher.Last(Id())!.ContainerStatus!.ContainerId!;
        var made = await Client.Exec.CreateContainerExecAsync(id, new() { Cmd = command, AttachStdout = true, AttachStderr = true }, CancellationToken.None);
        using var output = await Client.Exec.StartContainerExecAsync(made.ID, new(), CancellationToken.None);
        await output.ReadOutputToEndAsync(CancellationToken.None);
        return (await Client.Exec.InspectContainerExecAsync(made.ID, CancellationToken.None)).ExitCode;
    }

    /// <summary>Waits until a container is gone.</summary>
    public async Task GoneAsync(string id)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await Engine.InspectContainerAsync(id, late.Token) is not null)
            await Task.Yield();
    }

    /// <summary>Waits until the first task's container runs, whatever its health.</summary>
    public async Task StartedAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await Client.Containers.InspectContainerAsync(Dispatcher.Last(Id())!.ContainerStatus!.ContainerId!, late.Token)).State!.Running)
            await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Agent is not null)
            await Agent.RemoveAllAsync(CancellationToken.None);
        Engine.Dispose();
        Client.Dispose();
        Directory.Delete(Options.DataRoot, recursive: true);
        stop.Dispose();
    }
}

/// <summary>Changes to tasks that tests want.</summary>
internal static class TaskChanges
{
    /// <summary>The task's shell line finds a pipe at <c>/tmp/end</c> to read from: it ends when a test writes to it.</summary>
    public static SwarmTask WithFifo(this SwarmTask task)
    {
        var container = task.Spec.ContainerSpec!;
        return task with { Spec = task.Spec with { ContainerSpec = container with { Command = [.. container.Command!.SkipLast(1), "/bin/busybox mkfifo /tmp/end; " + container.Command![^1]] } } };
    }
}
