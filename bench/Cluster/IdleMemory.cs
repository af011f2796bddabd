using System.Globalization;

namespace SwarmPS.Bench.Cluster;

/// <summary>The memory of idle managers and workers.</summary>
internal static class IdleMemory
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(ClusterLab lab, int rounds)
    {
        using var settle = new PeriodicTimer(Settle);
        await settle.WaitForNextTickAsync();
        Console.WriteLine($"\nmemory (RSS), idle for {Settle.TotalSeconds} s");
        foreach (var swarm in lab.Both)
        {
            var leader = await swarm.LeaderAsync(ClusterLab.Managers[0]);
            var others = ClusterLab.Managers.Where(node => node != leader);
            Console.WriteLine($"  {swarm.Name,-20} leader {Of(swarm, [leader])}   other managers {Of(swarm, others)}   workers {Of(swarm, ClusterLab.Workers)}");
        }
        Console.WriteLine($"  dockerd without swarm mode (the spare node's) {Of(lab.Docker, [ClusterLab.Spare])}, which every SwarmPS node has besides");
    }

    private static string Of(LabSwarm swarm, IEnumerable<string> nodes) => string.Join(", ", nodes.Select(node => string.Create(
        CultureInfo.InvariantCulture, $"{Megabytes(swarm.Process(node).Id):0} MB")));

    private static double Megabytes(int process) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;
}
