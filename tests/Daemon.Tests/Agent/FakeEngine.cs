using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Docker.DotNet.Models;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;
using Version = System.Version;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>An engine in memory, with faults and waits where a test asks for them.</summary>
internal sealed class FakeEngine(Pulse pulse) : IEngine
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> containers = [];
    private readonly List<Channel<EngineEvent>> watchers = [];
    private int made;

    /// <summary>Whether the engine answers.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>Images it has.</summary>
    public HashSet<string> Images { get; } = ["swarmps/test:1"];

    /// <summary>Why pulling fails; null where it works.</summary>
    public string? PullFailure { get; set; } = "no such host";

    /// <summary>Health that a started container begins with.</summary>
    public ContainerHealth StartHealth { get; set; }

    /// <summary>Called before each call with its name: throws, or waits.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Requests that containers were made of.</summary>
    public Recorded<CreateContainerParameters> Requests { get; } = new();

    /// <summary>Calls made, by name, with what they were about.</summary>
    public Recorded<string> Calls { get; } = new();

    public string Endpoint => "unix:///fake.sock";

    public IReadOnlyList<EngineContainer> Containers
    {
        get
        {
            lock (gate)
                return containers.Values.Select(entry => entry.Container).ToList();
        }
    }

    public EngineInfo Info { get; set; } = new()
    {
        Hostname = "machine",
        Cpus = 2,
        MemoryBytes = 1 << 30,
        Platform = new() { Architecture = "x86_64", OS = "linux" },
        Engine = new() { EngineVersion = "20.10" },
    };

    public int Count(string call)
    {
        lock (gate)
            return Calls.Count(made => made == call || made.StartsWith(call + " ", StringComparison.Ordinal));
    }

    public EngineContainer? Of(string taskId) => Containers.FirstOrDefault(container => container.TaskId == taskId);

    /// <summary>Notes what was done beside the engine, among its calls.</summary>
    public void Note(string call)
    {
        lock (gate)
            Calls.Add(call);
        pulse.Beat();
    }

    /// <summary>Ends a task's container from outside.</summary>
    public void Die(string taskId, int code)
    {
        lock (gate)
            End(containers.Values.First(entry => entry.Container.TaskId == taskId), code);
        pulse.Beat();
    }

    public void SetHealth(string taskId, ContainerHealth health)
    {
        lock (gate)
        {
            var entry = containers.Values.First(entry => entry.Container.TaskId == taskId);
            entry.Container = entry.Container with { Health = health };
            Tell(new(entry.Container.Id, taskId, health == ContainerHealth.Healthy ? EngineEventKind.Healthy : EngineEventKind.Unhealthy));
        }
    }

    /// <summary>Removes a task's container from outside, without a word.</summary>
    public void Vanish(string taskId)
    {
        lock (gate)
            containers.Remove(containers.First(entry => entry.Value.Container.TaskId == taskId).Key);
    }

    /// <summary>A container that was there before.</summary>
    public void Put(EngineContainer container)
    {
        lock (gate)
            containers[container.Id] = new(container, $"/{container.TaskId}", 0);
    }

    /// <summary>The engine goes away; what ends meanwhile is not told.</summary>
    public void GoDown()
    {
        lock (gate)
        {
            IsUp = false;
            watchers.ForEach(watcher => watcher.Writer.TryComplete(new EngineUnreachableException(Endpoint)));
            watchers.Clear();
        }
    }

    public void ComeUp()
    {
        lock (gate)
            IsUp = true;
    }

    public void Dispose()
    {
    }

    public Task<EngineInfo> InfoAsync(CancellationToken stop) => CallAsync("info", () => Info);

    public Version ApiVersion { get; set; } = new(1, 41);

    public Task<Version> ApiVersionAsync(CancellationToken stop) => CallAsync("version", () => ApiVersion);

    public Task<bool> HasImageAsync(string image, CancellationToken stop) => CallAsync($"has {image}", () => Images.Contains(image));

    public Task PullImageAsync(string image, RegistryAuth? auth, CancellationToken stop) => CallAsync($"pull {image} {auth?.Header}".TrimEnd(), () =>
    {
        if (PullFailure is { } failure)
            throw new EngineException(HttpStatusCode.InternalServerError, failure);
        return Images.Add(image);
    });

    public Task<string> CreateContainerAsync(CreateContainerParameters request, CancellationToken stop) => CallAsync($"create {request.Name}", () =>
    {
        if (!Images.Contains(request.Image!))
            throw new EngineException(HttpStatusCode.NotFound, $"No such image: {request.Image}");
        if (containers.Values.Any(entry => entry.Name == request.Name))
            throw new EngineException(HttpStatusCode.Conflict, $"The container name \"/{request.Name}\" is already in use");
        Requests.Add(request);
        var id = $"c{++made}";
        var labels = request.Labels!;
        containers[id] = new(new() { Id = id, TaskId = labels["com.docker.swarm.task.id"], Condition = ContainerCondition.Created }, request.Name!, made);
        return id;
    });

    public Task ConnectNetworkAsync(string id, ContainerPlace place, CancellationToken stop) => CallAsync($"connect {id} {place.EngineNetwork} {place.Address}", () => true);

    public Task StartContainerAsync(string id, CancellationToken stop) => CallAsync($"start {id}", () =>
    {
        var entry = Find(id);
        entry.Container = entry.Container with { Condition = ContainerCondition.Running, Pid = 1000 + entry.Number, Health = StartHealth };
        return true;
    });

    public Task StopContainerAsync(string id, CancellationToken stop) => CallAsync($"stop {id}", () =>
    {
        if (containers.TryGetValue(id, out var entry) && entry.Container.Condition == ContainerCondition.Running)
            End(entry, 137);
        return true;
    });

    public Task RemoveContainerAsync(string id, CancellationToken stop) => CallAsync($"remove {id}", () =>
    {
        if (containers.Remove(id, out var entry))
            Tell(new(id, entry.Container.TaskId, EngineEventKind.Destroyed));
        return true;
    });

    public Task<EngineContainer?> InspectContainerAsync(string idOrName, CancellationToken stop) => CallAsync($"inspect {idOrName}", () =>
        containers.Values.FirstOrDefault(entry => entry.Container.Id == idOrName || entry.Name == idOrName)?.Container);

    public Task<IReadOnlyList<EngineContainer>> ListContainersAsync(IReadOnlyList<string> labels, CancellationToken stop) =>
        CallAsync<IReadOnlyList<EngineContainer>>("list", () => containers.Values.Select(entry => entry.Container with { ExitCode = 0, Pid = 0 }).ToList());

    public async IAsyncEnumerable<EngineEvent> WatchAsync(IReadOnlyList<string> labels, DateTimeOffset since, [EnumeratorCancellation] CancellationToken stop)
    {
        var watcher = Channel.CreateUnbounded<EngineEvent>();
        // A real engine tells what happened since a moment before the stream was asked for: nothing is lost before it is open.
        lock (gate)
            watchers.Add(watcher);
        try
        {
            await CallAsync("watch", () => true);
        }
        catch
        {
            lock (gate)
                watchers.Remove(watcher);
            throw;
        }
        await foreach (var happened in watcher.Reader.ReadAllAsync(stop))
        {
            yield return happened;
            Note($"told {happened.TaskId} {happened.Kind}");
        }
    }

    public async IAsyncEnumerable<EngineOutput> ReadLogsAsync(string id, TaskLogOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        await CallAsync($"logs {id}", () => true);
        yield return new(false, "one\ntw"u8.ToArray());
        yield return new(true, "bad\n"u8.ToArray());
        yield return new(false, "o\nend"u8.ToArray());
    }

    public Task<ITaskProcess> StartProcessAsync(string id, TaskExecRequest request, CancellationToken stop) =>
        CallAsync<ITaskProcess>($"exec {id} {string.Join(' ', request.Cmd)}", () => new FakeProcess(request));

    private async Task<T> CallAsync<T>(string call, Func<T> act)
    {
        await Task.Yield();
        await Before(call);
        try
        {
            lock (gate)
            {
                Calls.Add(call);
                if (!IsUp)
                    throw new EngineUnreachableException(Endpoint);
                return act();
            }
        }
        finally
        {
            pulse.Beat();
        }
    }

    private Entry Find(string id) =>
        containers.GetValueOrDefault(id) ?? throw new EngineException(HttpStatusCode.NotFound, $"No such container: {id}");

    private void End(Entry entry, int code)
    {
        entry.Container = entry.Container with { Condition = ContainerCondition.Ended, ExitCode = code, Pid = 0 };
        Tell(new(entry.Container.Id, entry.Container.TaskId, EngineEventKind.Died, code));
    }

    private void Tell(EngineEvent happened) => watchers.ForEach(watcher => watcher.Writer.TryWrite(happened));

    private sealed class Entry(EngineContainer container, string name, int number)
    {
        public EngineContainer Container { get; set; } = container;

        public string Name { get; } = name;

        public int Number { get; } = number;
    }
}
