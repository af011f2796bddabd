using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Bench;

/// <summary>
/// Creating a service of 10 and of 50 replicas until all run, on one engine: SwarmPS, Docker's swarm mode, and the same containers
/// created and started straight through the Engine API, eight at a time. The three take turns.
/// </summary>
internal static class ServiceCreation
{
    private const string Image = "swarmps/bench:1";

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
        foreach (var replicas in new[] { 10, 50 })
            await CompareAsync(engine, daemon, replicas, rounds);
        await daemon.PostAsync("swarm/leave?force=true", null);
        await engine.PostAsync("swarm/leave?force=true", null);
    }

    private static async Task CompareAsync(UnixHttp engine, UnixHttp daemon, int replicas, int rounds)
    {
        var (ours, docker, direct) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round <= rounds; round++)
        {
            var times = (await ServiceAsync(daemon, engine, replicas), await ServiceAsync(engine, engine, replicas), await DirectAsync(engine, replicas));
            if (round == 0)
                continue; // warm-up
            ours.Add(times.Item1);
            docker.Add(times.Item2);
            direct.Add(times.Item3);
        }
        Console.WriteLine($"{replicas} replicas, {rounds} rounds");
        Console.WriteLine($"  SwarmPS                 {ours}");
        Console.WriteLine($"  Docker's swarm mode     {docker}");
        Console.WriteLine($"  Engine API, 8 at a time {direct}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  SwarmPS / swarm mode {ours.Median / docker.Median:0.00}   SwarmPS / Engine API {ours.Median / direct.Median:0.00}   swarm mode / Engine API {docker.Median / direct.Median:0.00}"));
    }

    private static async Task<TimeSpan> ServiceAsync(UnixHttp api, UnixHttp engine, int replicas)
    {
        var spec = new
        {
            Name = "bench",
            TaskTemplate = new { ContainerSpec = new { Image, Command = new[] { "sleep", "3600" }, StopGracePeriod = 1_000_000_000L } },
            Mode = new { Replicated = new { Replicas = replicas } },
        };
        var clock = Stopwatch.StartNew();
        var id = (string)(await api.PostAsync("services/create", spec))!["ID"]!;
        await UntilAsync(async () => await RunningAsync(api, id) == replicas);
        var took = clock.Elapsed;
        await api.DeleteAsync($"services/{id}");
        await UntilAsync(async () => !(await engine.GetAsync("containers/json?all=true")).HasValues);
        return took;
    }

    private static async Task<int> RunningAsync(UnixHttp api, string id)
    {
        var filter = Uri.EscapeDataString(new JObject { ["service"] = new JObject { [id] = true } }.ToString());
        return (await api.GetAsync($"tasks?filters={filter}")).Count(task => (string?)task["Status"]!["State"] == "running");
    }

    private static async Task<TimeSpan> DirectAsync(UnixHttp engine, int replicas)
    {
        var ids = new string[replicas];
        var eight = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, replicas, eight, async (i, _) =>
        {
            ids[i] = (string)(await engine.PostAsync($"containers/create?name=direct.{i}", new { Image, Cmd = new[] { "sleep", "3600" } }))!["Id"]!;
            await engine.PostAsync($"containers/{ids[i]}/start", null);
        });
        var took = clock.Elapsed;
        await Parallel.ForEachAsync(ids, eight, async (id, _) => await engine.DeleteAsync($"containers/{id}?force=true"));
        return took;
    }

    /// <summary>Asks again every 20 ms, the same for every system: here a measuring client waits.</summary>
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await tick.WaitForNextTickAsync(deadline.Token);
    }
}
