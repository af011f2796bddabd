using Newtonsoft.Json.Linq;
using SwarmPS.TestKit;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Updates on a real engine through the real <c>docker</c> client, in each mode and order and with each failure action; what they
/// did is told by the engine and by a client of the containers. What has ended can be read about all the while.
/// </summary>
public sealed class UpdateTests(EngineFixture engine) : IAsyncLifetime
{
    private const string Well = "echo V is $V; mkdir -p /www; echo well > /www/index.html; [ $V != sick ] || exit 3; exec httpd -f -p 8080 -h /www";

    private DaemonProcess daemon = null!;
    private DockerClient docker = null!;
    private EngineEvents events = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        daemon = new(engine.Socket);
        docker = new(daemon.Address);
        events = new(new("unix://" + engine.Socket));
        await daemon.StartAsync();
        await docker.RunAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", $"127.0.0.1:{FreePorts.Pair()}");
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task StartFirstUpdates_FailNoRequest_EvenWhereTheyPauseOrRollBack()
    {
        await CreateAsync("web", 3, "--replicas", "3", "--update-order", "start-first", "--restart-delay", "200ms", "--stop-grace-period", "2s",
            "--health-cmd", "wget -q -O /dev/null http://127.0.0.1:8080/index.html", "--health-interval", "200ms");
        await using var visitor = await Visitor.BeginAsync(engine.Socket, docker, "web", 3);

        await UpdateAsync("web", "completed update completed", "--env-add", "V=2", "--update-parallelism", "2");
        var told = await events.AwaitAsync("web", "die", 3);
        Assert.Equal(3, Slots(told).Count);
        Assert.All(Slots(told), slot => Assert.Equal(["start", "health_status: healthy", "die"], slot.Select(one => one.What)));
        Assert.All(Slots(told), slot => Assert.NotEqual(slot[1].Task, slot[2].Task));

        await UpdateAsync("web", "paused update paused due to failure", "--env-add", "V=sick", "--update-parallelism", "1");
        Assert.Equal("V=sick", await EnvAsync("web"));
        var logs = await docker.RunAsync("service", "logs", "--raw", "web");
        Assert.All(["V is 1", "V is 2", "V is sick"], line => Assert.Contains(line, logs));
        await LastHealthResultsAreKeptAsync();
        Assert.Contains("non-zero exit (3)", await docker.RunAsync("service", "ps", "--no-trunc", "web"));
        Assert.DoesNotContain(await events.OfAsync("web"), one => one.What == "die" && told.Exists(old => old.Task == one.Task));
        await UpdateAsync("web", "completed update completed", "--env-add", "V=3");

        var before = await SpecAsync("web");
        await UpdateAsync("web", "rollback_completed rollback completed", "--env-add", "V=sick", "--update-failure-action", "rollback");
        Assert.Equal("V=3", await EnvAsync("web"));
        Assert.Equal(before["TaskTemplate"], (await SpecAsync("web"))["TaskTemplate"]);
        await visitor.EndsContentAsync(least: 3);

        // Stopping first, an update that goes on whatever happens comes to all of them.
        await UpdateAsync("web", "completed update completed", "--env-add", "V=sick", "--update-failure-action", "continue", "--update-order", "stop-first");
        Assert.Equal(3, Slots((await events.OfAsync("web")).Where(one => one.What == "start")).Count);
        await docker.RunAsync("service", "rm", "web");
    }

    [Fact]
    public async Task EachMode_IsUpdatedOnItsEngine_AsItShould()
    {
        await CreateAsync("web", 3, "--replicas", "3", "--stop-grace-period", "0s");
        await CreateAsync("all", 1, "--mode", "global", "--stop-grace-period", "0s");
        foreach (var (name, tasks) in new[] { ("web", 3), ("all", 1) })
        {
            await UpdateAsync(name, "completed update completed", "--env-add", "V=2");
            var told = await events.OfAsync(name);
            Assert.Equal(tasks, Slots(told).Count);
            Assert.All(Slots(told), slot => Assert.Equal(["die", "start"], slot.Select(one => one.What)));
            Assert.Equal(Enumerable.Repeat(new[] { "die", "start" }, tasks).SelectMany(pair => pair), told.Select(one => one.What));
        }
        await UpdateAsync("all", "completed update completed", "--env-add", "V=3", "--update-order", "start-first");
        Assert.Equal(["start", "die"], (await events.AwaitAsync("all", "die", 1)).Select(one => one.What));
        await docker.RunAsync("service", "rm", "web", "all");

        events.Begin();
        await docker.RunAsync("service", "create", "--detach", "--name", "batch", "--mode", "replicated-job", "--replicas", "4", "--max-concurrent", "2", engine.Image, "sleep", "0.3");
        await docker.RunAsync("service", "create", "--detach", "--name", "each", "--mode", "global-job", engine.Image, "true");
        Assert.Equal(2, EngineEvents.Most(await events.AwaitAsync("batch", "die", 4)));
        Assert.Equal(["start", "die"], (await events.AwaitAsync("each", "die", 1)).Select(one => one.What));
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "ls")).Contains("(4/4 completed)"), () => "the job to be complete");
        foreach (var job in new[] { "batch", "each" })
            await docker.RunAsync("service", "update", "--detach", "--force", job);
        Assert.Equal(2, EngineEvents.Most(await events.AwaitAsync("batch", "die", 8)));
        await events.AwaitAsync("each", "die", 2);
    }

    /// <summary>Each container of the service tells the results of its last five health checks.</summary>
    private async Task LastHealthResultsAreKeptAsync()
    {
        var running = (await docker.RunAsync("ps", "-q", "--filter", "name=web.", "--filter", "health=healthy")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var told = "";
        await Eventually.TrueAsync(
            async () => (told = await docker.RunAsync(["inspect", "--format", "{{range .State.Health.Log}}{{.ExitCode}} {{end}}", .. running])).TrimEnd().Split('\n').All(line => line.Trim() == "0 0 0 0 0"),
            () => $"five results of each container's health check; there are\n{told}");
    }

    private async Task CreateAsync(string name, int tasks, params string[] options)
    {
        await docker.RunAsync(["service", "create", "--detach", "--name", name, "--env", "V=1", "--update-monitor", "500ms", .. options, engine.Image, "sh", "-c", Well]);
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "ls", "--filter", $"name={name}")).Contains($"{tasks}/{tasks}"), () => $"{name} to run");
    }

    /// <summary>Updates a service, and waits until the update has ended as it should. Events are told from here on.</summary>
    private async Task UpdateAsync(string service, string end, params string[] options)
    {
        events.Begin();
        await docker.RunAsync(["service", "update", "--detach", .. options, service]);
        var status = "";
        await Eventually.TrueAsync(
            async () => (status = await docker.RunAsync("service", "inspect", "--format", "{{with .UpdateStatus}}{{.State}} {{.Message}}{{end}}", service)).StartsWith(end, StringComparison.Ordinal),
            () => $"the update to end as '{end}'; it is '{status.Trim()}'");
    }

    private async Task<JToken> SpecAsync(string service) => JArray.Parse(await docker.RunAsync("service", "inspect", service))[0]["Spec"]!;

    private async Task<string?> EnvAsync(string service) => (string?)(await SpecAsync(service))["TaskTemplate"]!["ContainerSpec"]!["Env"]![0];

    private static List<List<EngineEvent>> Slots(IEnumerable<EngineEvent> events) => [.. events.GroupBy(one => one.Slot).Select(slot => slot.ToList())];
}
