using System.Diagnostics;
using Newtonsoft.Json.Linq;
using SwarmPS.TestKit;

namespace SwarmPS.Bench.Cluster;

/// <summary>From the moment a worker is cut off until all of its replicas run elsewhere. One fault serves both systems.</summary>
internal static class WorkerLoss
{
    private const int Replicas = 4;

    public static async Task RunAsync(ClusterLab lab, int rounds)
    {
        var times = lab.Both.ToDictionary(swarm => swarm, _ => new Samples());
        for (var round = 0; round < rounds; round++)
        {
            var lost = ClusterLab.Workers[round % ClusterLab.Workers.Count];
            var services = new Dictionary<LabSwarm, string>();
            foreach (var swarm in lab.InRound(round))
                services[swarm] = await CreateAsync(swarm);
            await lab.CutOffAsync(lost);
            var clock = Stopwatch.StartNew();
            try
            {
                await Task.WhenAll(services.Keys.Select(async swarm =>
                {
                    await swarm.UntilAsync(async () => await RunningAsync(swarm, services[swarm], lost) == Replicas, "the replicas do not run elsewhere");
                    times[swarm].Add(clock.Elapsed);
                }));
            }
            finally
            {
                await lab.HealAsync(lost);
            }
            await Task.WhenAll(lab.Both.Select(async swarm =>
            {
                await swarm.SettledAsync();
                if (!services.ContainsKey(swarm))
                    return;
                await swarm.On(ClusterLab.Managers[0]).DeleteAsync($"services/{services[swarm]}");
                await swarm.UntilAsync(async () => !(await TasksAsync(swarm, services[swarm])).Any(), "the service's tasks do not end");
            }));
        }
        Console.WriteLine($"\nworker cut off -> its replicas run elsewhere");
        foreach (var swarm in lab.Both)
            Console.WriteLine($"  {swarm.Name,-20} {times[swarm]} in {times[swarm].Count}");
    }

    private static async Task<string> CreateAsync(LabSwarm swarm)
    {
        var service = await swarm.On(ClusterLab.Managers[0]).PostAsync("services/create", new
        {
            Name = "bench",
            TaskTemplate = new
            {
                ContainerSpec = new { Image = ImageFile.Name, Command = new[] { "sleep", "3600" }, StopGracePeriod = 1_000_000_000L },
                Placement = new { Constraints = new[] { "node.role == worker" } },
            },
            Mode = new { Replicated = new { Replicas } },
        });
        var id = (string)service!["ID"]!;
        await swarm.UntilAsync(async () => await RunningAsync(swarm, id, but: null) == Replicas, "the replicas do not run");
        return id;
    }

    private static async Task<int> RunningAsync(LabSwarm swarm, string service, string? but) => (await TasksAsync(swarm, service)).Count(
        task => (string?)task["Status"]!["State"] == "running" && (string?)task["DesiredState"] == "running" && (but is null || (string?)task["NodeID"] != swarm.IdOf(but)));

    /// <summary>Without a filter: of a service that was removed, Docker says that there is none.</summary>
    private static async Task<IEnumerable<JToken>> TasksAsync(LabSwarm swarm, string service) =>
        (await swarm.On(ClusterLab.Managers[0]).GetAsync("tasks")).Where(task => (string?)task["ServiceID"] == service);
}
