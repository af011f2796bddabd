using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>An agent with a made-up engine and made-up managers.</summary>
internal sealed class AgentHarness : IAsyncDisposable
{
    private CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public AgentHarness()
    {
        Engine = new(Pulse);
        Dispatcher = new(Pulse);
    }

    public Pulse Pulse { get; } = new();

    public FakeEngine Engine { get; }

    public FakeDispatcher Dispatcher { get; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public AgentOptions Options { get; set; } = new()
    {
        NodeId = Samples.NodeId,
        SwarmId = Samples.Swarm,
        DataRoot = Directory.CreateTempSubdirectory("swarmps-agent-").FullName,
        RuntimeFolder = Directory.CreateTempSubdirectory("swarmps-memory-").FullName,
        Hostname = "worker-7",
    };

    public FakePlane? Plane { get; set; }

    public AgentLoop Agent { get; private set; } = null!;

    public Task Running => running;

    public void Start()
    {
        stop = new();
        Agent = new(Options, Dispatcher, Engine, Clock, NullLogger.Instance) { Plane = Plane };
        running = Agent.RunAsync(stop.Token);
    }

    /// <summary>Starts, waits for the session and sends its first, complete message.</summary>
    public async Task StartAsync(params SwarmTask[] tasks)
    {
        Start();
        await OpenAsync();
        Dispatcher.Send(complete: true, tasks);
    }

    public Task OpenAsync() => Pulse.UntilAsync(() => Dispatcher.IsOpen, () => "no session was opened");

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

    public Task ReachesAsync(string taskId, TaskState state) => Pulse.UntilAsync(
        () => Dispatcher.Last(taskId)?.State == state,
        () => $"task {taskId} is {Dispatcher.Last(taskId)?.ToString() ?? "not reported"} and not {state}; calls: {string.Join(", ", Engine.Calls)}");

    public Task CalledAsync(string call, int times = 1) => Pulse.UntilAsync(
        () => Engine.Count(call) >= times,
        () => $"'{call}' was called {Engine.Count(call)} times; calls: {string.Join(", ", Engine.Calls)}");

    public Task GoneAsync(string taskId) => Pulse.UntilAsync(() => Engine.Of(taskId) is null, () => $"the container of {taskId} is still there");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Options.DataRoot, recursive: true);
        new TaskFolders(Options.RuntimeFolder, new()).RemoveAll();
        stop.Dispose();
    }
}
