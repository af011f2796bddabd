using System.Collections.Concurrent;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>The daemon is ended with <c>kill -9</c> again and again while it works.</summary>
public sealed class CrashTests(EngineFixture engine) : IAsyncLifetime
{
    private const int Kills = 20;
    private const int ServicesPerLife = 5;

    private DaemonProcess daemon = null!;
    private DockerClient docker = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        daemon = new(engine.Socket);
        docker = new("unix://" + engine.Socket);
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task TwentyKills_LoseNoAcknowledgedService_AndRestartNoContainer()
    {
        await daemon.Client.CreateServiceAsync(Service("steady", replicas: 3, "sleep", "3600"), CancellationToken.None);
        await Eventually.TrueAsync(async () => await RunningAsync("steady") == 3, () => "three running tasks");
        var before = await ContainersAsync();
        Assert.Equal(3, before.Count);

        var acknowledged = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() => CreateServicesAsync(acknowledged, stop.Token), CancellationToken.None);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var goal = acknowledged.Count + ServicesPerLife;
            await Eventually.TrueAsync(() => writer.IsFaulted ? throw writer.Exception! : Task.FromResult(acknowledged.Count >= goal),
                () => $"{goal} acknowledged services before kill {kill}; the daemon printed:\n{daemon.Output}");
            await daemon.KillAsync();
            await daemon.StartAsync();
        }
        await stop.CancelAsync();
        await writer;

        await Eventually.TrueAsync(async () => (await daemon.Client.GetInfoAsync(CancellationToken.None)).Swarm?.LocalNodeState == "active", () => "the swarm to be active again");
        var names = (await daemon.Client.ListServicesAsync(new(), CancellationToken.None)).Select(service => service.Spec.Name!).ToHashSet();
        Assert.Superset(acknowledged.ToHashSet(), names);
        await Eventually.TrueAsync(async () => await RunningAsync("steady") == 3, () => "the three tasks to be running still");
        Assert.Equal(before, await ContainersAsync());
        Assert.Equal(3, (await TasksAsync("steady")).Count);
    }

    /// <summary>Creates services without tasks, one after the other; one whose answer was lost with the daemon is not counted.</summary>
    private async Task CreateServicesAsync(ConcurrentQueue<string> acknowledged, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await daemon.Client.CreateServiceAsync(Service($"load-{i}", replicas: 0, "true"), CancellationToken.None);
                acknowledged.Enqueue($"load-{i}");
            }
            catch (Exception fault) when (fault is SwarmUnreachableException or IOException or SwarmApiException { Status: System.Net.HttpStatusCode.ServiceUnavailable })
            {
                // The daemon is down or just coming up; whether the service was made is not known. Go on with the next.
                await Task.Yield();
            }
        }
    }

    private ServiceSpec Service(string name, ulong replicas, params string[] command) => new()
    {
        Name = name,
        Mode = new() { Replicated = new(replicas) },
        TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image, Command = [.. command], StopGracePeriod = TimeSpan.FromSeconds(1) } },
    };

    private Task<List<SwarmTask>> TasksAsync(string service) =>
        daemon.Client.ListTasksAsync(new ApiFilters().Add("service", service), CancellationToken.None);

    private async Task<int> RunningAsync(string service) => (await TasksAsync(service)).Count(task => task.Status.State == TaskState.Running);

    /// <summary>The engine's own word: ids and start times of what runs.</summary>
    private async Task<IReadOnlyList<string>> ContainersAsync()
    {
        var ids = (await docker.RunAsync("ps", "-q", "--no-trunc")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var told = await docker.RunAsync(["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", .. ids]);
        return told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
    }
}
