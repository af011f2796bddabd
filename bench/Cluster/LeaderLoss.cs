using System.Diagnostics;

namespace SwarmPS.Bench.Cluster;

/// <summary>From the loss of the leader to the first write that is accepted, and the elections that its return brings about.</summary>
internal static class LeaderLoss
{
    /// <summary>The leader's process is killed.</summary>
    public static async Task KilledAsync(ClusterLab lab, int rounds)
    {
        var results = lab.Both.ToDictionary(swarm => swarm, _ => new Losses());
        for (var round = 0; round < rounds; round++)
            await Task.WhenAll(lab.InRound(round).Select(swarm => KillAsync(lab, swarm, results[swarm])));
        Report("leader killed", lab, results);
    }

    /// <summary>The leader's node is cut off.</summary>
    public static async Task CutOffAsync(ClusterLab lab, int rounds)
    {
        var results = lab.Both.ToDictionary(swarm => swarm, _ => new Losses());
        for (var round = 0; round < rounds; round++)
        {
            Dictionary<LabSwarm, string> leaders = [];
            foreach (var swarm in lab.InRound(round))
                leaders[swarm] = await swarm.LeaderAsync(ClusterLab.Managers[0]);
            // Where one node leads both, one fault serves both.
            foreach (var sharing in leaders.GroupBy(pair => pair.Value, pair => pair.Key).ToList())
                await CutOffAsync(lab, sharing.Key, [.. sharing], results);
        }
        Report("leader cut off", lab, results);
    }

    private static async Task KillAsync(ClusterLab lab, LabSwarm swarm, Losses losses)
    {
        var leader = await swarm.LeaderAsync(ClusterLab.Managers[0]);
        var left = ClusterLab.Managers.Where(node => node != leader).ToList();
        var clock = Stopwatch.StartNew();
        swarm.Kill(leader);
        losses.Times.Add(await FirstWrite.AcceptedAsync(swarm, left, clock));
        var elections = swarm.Elections();
        await lab.StartAsync(leader);
        await swarm.SettledAsync();
        losses.Elections += swarm.Elections() - elections;
        await FirstWrite.RemoveAsync(swarm, left[0]);
    }

    private static async Task CutOffAsync(ClusterLab lab, string leader, IReadOnlyList<LabSwarm> swarms, Dictionary<LabSwarm, Losses> results)
    {
        var left = ClusterLab.Managers.Where(node => node != leader).ToList();
        await lab.CutOffAsync(leader);
        var clock = Stopwatch.StartNew();
        try
        {
            await Task.WhenAll(swarms.Select(async swarm => results[swarm].Times.Add(await FirstWrite.AcceptedAsync(swarm, left, clock))));
        }
        finally
        {
            await lab.HealAsync(leader);
        }
        var elections = swarms.ToDictionary(swarm => swarm, swarm => swarm.Elections());
        await Task.WhenAll(lab.Both.Select(swarm => swarm.SettledAsync()));
        foreach (var swarm in swarms)
        {
            results[swarm].Elections += swarm.Elections() - elections[swarm];
            await FirstWrite.RemoveAsync(swarm, left[0]);
        }
    }

    private static void Report(string fault, ClusterLab lab, Dictionary<LabSwarm, Losses> results)
    {
        Console.WriteLine($"\n{fault} -> first accepted write");
        foreach (var swarm in lab.Both)
            Console.WriteLine($"  {swarm.Name,-20} {results[swarm].Times} in {results[swarm].Times.Count}   elections by the returning manager: {results[swarm].Elections}");
    }

    private sealed class Losses
    {
        public Samples Times { get; } = new();

        public int Elections { get; set; }
    }
}
