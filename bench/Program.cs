using SwarmPS.Bench;

// One verb a benchmark; each prints one table of medians and ratios. See docs/benchmarks.md.
Dictionary<string, Func<string[], Task>> benchmarks = new()
{
    ["services"] = ServiceCreation.RunAsync,
    ["daemon"] = DaemonFootprint.RunAsync,
    ["tasks"] = TaskList.RunAsync,
    ["cmdlets"] = CmdletTimes.RunAsync,
    ["store"] = StoreCommits.RunAsync,

    // A part of "store": the process whose start it measures.
    ["store-reopen"] = StoreCommits.ReopenAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"Which benchmark? One of: {string.Join(", ", benchmarks.Keys)}.");
    return 1;
}
await run(args[1..]);
return 0;
