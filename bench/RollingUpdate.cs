using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Bench;

/// <summary>
/// A forced update of 10 replicas, two at a time, with a grace period of 1 s, on one engine: SwarmPS and Docker's swarm mode take turns.
/// When it began is the client's word; what ran when, and that no container of before runs any more, is the engine's. When the
/// update counts as complete, watched for its monitor period, is told beside it.
/// </summary>
internal static class RollingUpdate
{
    private const string Image = "swarmps/bench:1";
    private const int Replicas = 10;

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        await using var processes = new Processes();
        var engineSocket = await processes.StartEngineAsync();
        await processes.ImportImageAsync(engineSocket, Image);
        var (daemonSocket, _) = await processes.StartDaemonAsync(engineSocket);
        using var engine = new UnixHttp(engineSocket);
        using var daemon = new UnixHttp(daemonSocket);
        await engine.PostAsync("swarm/init", new { ListenAddr = "127.0.0.1:12377", AdvertiseAddr = "127.0.0.1", Spec = new { } });
        await daemon.PostAsync("swarm/init", new { ListenAddr = "127.0.0.1:22377", AdvertiseAddr = "127.0.0.1", Spec = new { } });
        foreach (var order in new[] { "stop-first", "start-first" })
            await CompareAsync(engine, daemon, order, rounds);
        await daemon.PostAsync("swarm/leave?force=true", null);
        await engine.PostAsync("swarm/leave?force=true", null);
    }

    private static async Task CompareAsync(UnixHttp engine, UnixHttp daemon, string order, int rounds)
    {
        var (ours, docker) = (new Measured("SwarmPS"), new Measured("Docker's swarm mode"));
        for (var round = 0; round <= rounds; round++)
        {
            await UpdateAsync(daemon, engine, order, round == 0 ? null : ours);
            await UpdateAsync(engine, engine, order, round == 0 ? null : docker);
        }
        Console.WriteLine($"{Replicas} replicas, two at a time, {order}, {rounds} rounds");
        foreach (var system in new[] { ours, docker })
            Console.WriteLine($"  {system.Name,-20} all replaced {system.Replaced}, complete {system.Complete}, fewest running {system.Fewest.Min()} (mostly {system.Fewest.Order().ElementAt(system.Fewest.Count / 2)})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  SwarmPS / swarm mode: all replaced {ours.Replaced.Median / docker.Replaced.Median:0.00}, complete {ours.Complete.Median / docker.Complete.Median:0.00}"));
    }

    private static async Task UpdateAsync(UnixHttp api, UnixHttp engine, string order, Measured? measured)
    {
        var spec = JObject.FromObject(new
        {
            Name = "bench",
            TaskTemplate = new { ContainerSpec = new { Image, Command = new[] { "sleep", "3600" }, StopGracePeriod = 1_000_000_000L }, ForceUpdate = 0 },
            Mode = new { Replicated = new { Replicas } },
            UpdateConfig = new { Parallelism = 2, Order = order, Monitor = 5_000_000_000L, FailureAction = "pause" },
        });
        var id = (string)(await api.PostAsync("services/create", spec))!["ID"]!;
        await UntilAsync(async () => await RunningAsync(api, id) == Replicas);
        var old = await ContainersAsync(engine);
        var version = (ulong)(await api.GetAsync($"services/{id}"))["Version"]!["Index"]!;
        spec["TaskTemplate"]!["ForceUpdate"] = 1;
        var began = TimeProvider.System.GetUtcNow();
        var clock = Stopwatch.StartNew();
        await api.PostAsync($"services/{id}/update?version={version}", spec);
        await UntilAsync(async () => !(await ContainersAsync(engine)).Overlaps(old) && (await ContainersAsync(engine)).Count == Replicas);
        var replaced = clock.Elapsed;
        await UntilAsync(async () => (string?)(await api.GetAsync($"services/{id}"))["UpdateStatus"]?["State"] == "completed");
        measured?.Add(replaced, clock.Elapsed, await FewestAsync(engine, began));
        await api.DeleteAsync($"services/{id}");
        await UntilAsync(async () => !(await engine.GetAsync("containers/json?all=true")).HasValues);
    }

    private static async Task<HashSet<string>> ContainersAsync(UnixHttp engine) =>
        [.. (await engine.GetAsync("containers/json")).Select(container => (string)container["Id"]!)];

    /// <summary>The fewest containers that ran at any moment since then, by the engine's events.</summary>
    private static async Task<int> FewestAsync(UnixHttp engine, DateTimeOffset since)
    {
        var until = TimeProvider.System.GetUtcNow();
        var filter = Uri.EscapeDataString("""{"type":["container"],"event":["start","die"]}""");
        var told = await engine.GetTextAsync($"events?since={Seconds(since)}&until={Seconds(until)}&filters={filter}");
        var (now, fewest) = (Replicas, Replicas);
        foreach (var line in told.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            now += (string?)JObject.Parse(line)["Action"] == "start" ? 1 : -1;
            fewest = Math.Min(fewest, now);
        }
        return fewest;
    }

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000m).ToString("F3", CultureInfo.InvariantCulture);

    private static async Task<int> RunningAsync(UnixHttp api, string id)
    {
        var filter = Uri.EscapeDataString(new JObject { ["service"] = new JObject { [id] = true } }.ToString());
        return (await api.GetAsync($"tasks?filters={filter}")).Count(task => (string?)task["Status"]!["State"] == "running");
    }

    /// <summary>Asks again every 20 ms, the same for each system: here a measuring client waits.</summary>
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await tick.WaitForNextTickAsync(deadline.Token);
    }

    private sealed record Measured(string Name)
    {
        /// <summary>From the request until none of the old containers runs and all new ones do.</summary>
        public Samples Replaced { get; } = new();

        /// <summary>From the request until the update is called complete.</summary>
        public Samples Complete { get; } = new();

        /// <summary>The fewest containers that ran, round by round.</summary>
        public List<int> Fewest { get; } = [];

        public void Add(TimeSpan replaced, TimeSpan complete, int fewest)
        {
            Replaced.Add(replaced);
            Complete.Add(complete);
            Fewest.Add(fewest);
        }
    }
}
