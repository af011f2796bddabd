using System.Diagnostics;
using Newtonsoft.Json.Linq;

namespace SwarmPS.EndToEnd;

/// <summary>
/// A client that asks a service's containers over HTTP, over and over and in turn, at their addresses on the engine's own network. It
/// knows them as a load balancer would: from when their engine calls them healthy until it tells that they were told to stop. The engine
/// tells that once it has done it, so a request may reach a container that is stopping: it may fail if the swarm no longer wants the task
/// to run, which is decided before its container is told.
/// </summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly CancellationTokenSource enough = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, Uri> healthy = [];
    private readonly List<Failure> failures = [];
    private readonly DockerClient engine;
    private readonly DockerClient swarm;
    private readonly string service;
    private readonly Process events;
    private readonly Task visiting;
    private readonly Task listening;
    private int visits;
    private int fewest = int.MaxValue;

    private Visitor(string socket, DockerClient swarm, string service)
    {
        (engine, this.swarm, this.service) = (new("unix://" + socket), swarm, service);
        string[] told = ["--filter", "event=health_status", "--filter", "event=kill", "--filter", "event=die", "--format", "{{json .}}"];
        events = Process.Start(new ProcessStartInfo("docker", ["-H", "unix://" + socket, "events", "--filter", "type=container", .. told]) { RedirectStandardOutput = true })!;
        listening = Task.Run(ListenAsync);
        visiting = Task.Run(VisitAsync);
    }

    /// <summary>Begins once so many containers are healthy.</summary>
    public static async Task<Visitor> BeginAsync(string socket, DockerClient swarm, string service, int count)
    {
        var visitor = new Visitor(socket, swarm, service);
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var name in (await visitor.engine.RunAsync("ps", "--filter", $"name={service}.", "--filter", "health=healthy", "--format", "{{.Names}}")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    await visitor.AddAsync(name);
                lock (visitor.gate)
                    return visitor.healthy.Count == count;
            },
            () => $"{count} healthy containers of {service}");
        lock (visitor.gate)
            visitor.fewest = count;
        return visitor;
    }

    /// <summary>Ends the visits: there were some, none failed whose task was to run, and never were fewer containers healthy than this.</summary>
    public async Task EndsContentAsync(int least)
    {
        await enough.CancelAsync();
        await visiting;
        Assert.True(visits > 0, "nothing was asked");
        Assert.True(failures.Count == 0, $"requests failed whose task was to run: {string.Join(", ", failures)}");
        Assert.True(fewest >= least, $"at one moment only {fewest} containers of {service} were healthy and not about to stop, of {least}");
    }

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        await visiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        events.Kill();
        await events.WaitForExitAsync();
        await listening;
        events.Dispose();
        http.Dispose();
        enough.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await events.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JObject.Parse(line);
            var name = (string)said["Actor"]!["Attributes"]!["name"]!;
            if (!name.StartsWith(service + ".", StringComparison.Ordinal))
                continue;
            if ((string?)said["Action"] == "health_status: healthy")
                await AddAsync(name);
            else
                Remove(name);
        }
    }

    private async Task AddAsync(string name)
    {
        var address = (await engine.RunAsync("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name)).Trim();
        lock (gate)
            healthy[name] = new($"http://{address}:8080/index.html");
    }

    private void Remove(string name)
    {
        lock (gate)
        {
            healthy.Remove(name);
            fewest = Math.Min(fewest, healthy.Count);
        }
    }

    private async Task VisitAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!enough.IsCancellationRequested)
        {
            await pace.WaitForNextTickAsync();
            KeyValuePair<string, Uri> container;
            lock (gate)
            {
                if (healthy.Count == 0)
                    continue;
                container = healthy.ElementAt(visits % healthy.Count);
            }
            try
            {
                Assert.Equal("well", (await http.GetStringAsync(container.Value)).Trim());
            }
            catch (HttpRequestException error)
            {
                if (await IsToRunAsync(container.Key))
                    failures.Add(new(container.Key, error.Message));
            }
            visits++;
        }
    }

    private async Task<bool> IsToRunAsync(string container)
    {
        var task = container[(container.LastIndexOf('.') + 1)..];
        return (await swarm.RunAsync("inspect", "--type", "task", "--format", "{{.DesiredState}}", task)).Trim() == "running";
    }

    private sealed record Failure(string Container, string Error);
}
