using SwarmPS.Bench;
using SwarmPS.Bench.Agents;
using SwarmPS.Bench.Cluster;
using SwarmPS.Bench.Networking;
using SwarmPS.Bench.Scheduling;

// One verb a benchmark; each prints one table of medians and ratios. See docs/benchmarks.md.
Dictionary<string, Func<string[], Task>> benchmarks = new()
{
    ["services"] = ServiceCreation.RunAsync,
    ["update"] = RollingUpdate.RunAsync,
    ["daemon"] = DaemonFootprint.RunAsync,
    ["tasks"] = TaskList.RunAsync,
    ["cmdlets"] = CmdletTimes.RunAsync,
    ["store"] = StoreCommits.RunAsync,
    ["cluster"] = ClusterBench.RunAsync,
    ["scheduler"] = SchedulerBench.RunAsync,
    ["agents"] = AgentsBench.RunAsync,

    // A part of "agents": the leader.
    ["agents-leader"] = AgentsLeader.RunAsync,
    ["tunnel"] = TunnelThroughput.RunAsync,
    ["network"] = NetworkBench.RunAsync,

    // A part of "store": the process whose start it measures.
    ["store-reopen"] = StoreCommits.ReopenAsync,

    // A part of "scheduler": one line of its table.
    ["scheduler-line"] = SchedulerBench.RunLineAsync,

    // A part of "cluster commits": one of the managers.
    ["cluster-manager"] = ReplicatingManager.RunAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"Which benchmark? One of: {string.Join(", ", benchmarks.Keys)}.");
    return 1;
}
try
{
    await run(args[1..]);
    return 0;
}
catch (Exception expected) when (expected is ArgumentException or OperationCanceledException)
{
    Console.Error.WriteLine(expected.Message);
    return 1;
}
