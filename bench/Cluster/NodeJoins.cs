namespace SwarmPS.Bench.Cluster;

/// <summary>From the command to join until a manager says that the node is ready. The node's program was just started.</summary>
internal static class NodeJoins
{
    public static async Task RunAsync(ClusterLab lab, int rounds)
    {
        var times = new Dictionary<(LabSwarm, bool), Samples>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var manager in (bool[])[false, true])
            {
                foreach (var swarm in lab.Both)
                {
                    swarm.Kill(ClusterLab.Spare);
                    await swarm.UntilAsync(() => Task.FromResult(!swarm.Process(ClusterLab.Spare).IsAlive()), "the program does not end");
                    await lab.StartAsync(ClusterLab.Spare);
                    if (!times.TryGetValue((swarm, manager), out var samples))
                        times[(swarm, manager)] = samples = new();
                    samples.Add(await swarm.JoinAsync(ClusterLab.Spare, manager));
                    await swarm.RemoveAsync(ClusterLab.Spare, manager);
                }
            }
        }
        foreach (var manager in (bool[])[false, true])
        {
            Console.WriteLine($"\njoin of a {(manager ? "manager" : "worker")} -> ready, {rounds} rounds");
            foreach (var swarm in lab.Both)
                Console.WriteLine($"  {swarm.Name,-20} {times[(swarm, manager)]}");
        }
    }
}
