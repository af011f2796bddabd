using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SwarmPS.Bench.Cluster;

/// <summary>
/// SwarmPS beside Docker's swarm mode on the same nodes of one lab: lost leaders, lost workers, joins, memory; and the replicated
/// store beside etcd. Arguments: lines to measure (all where none is named) and the rounds.
/// </summary>
internal static class ClusterBench
{
    private const int RoundsDefault = 5;

    private static readonly Dictionary<string, Func<ClusterLab, int, Task>> LabLines = new()
    {
        ["memory"] = IdleMemory.RunAsync,
        ["join"] = NodeJoins.RunAsync,
        ["leader"] = LeaderLoss.KilledAsync,
        ["partition"] = LeaderLoss.CutOffAsync,
        ["worker"] = WorkerLoss.RunAsync,
    };

    private const string Commits = "commits";

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).FirstOrDefault(number => number > 0, RoundsDefault);
        var named = args.Where(text => !int.TryParse(text, out _)).ToList();
        if (named.FirstOrDefault(line => line != Commits && !LabLines.ContainsKey(line)) is { } unknown)
            throw new ArgumentException($"'{unknown}' is no line of the cluster benchmark: {string.Join(", ", LabLines.Keys.Append(Commits))}.");
        var clock = Stopwatch.StartNew();
        // Who stops the benchmark finds nothing left behind: what is under way is broken off, and what it made is removed.
        var interruption = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        if (named.Count == 0 || named.Exists(LabLines.ContainsKey))
            await InLabAsync(named, rounds, interruption.Task);
        if (named.Count == 0 || named.Contains(Commits))
        {
            await using var processes = new Processes();
            await UnlessAsync(interruption.Task, ReplicatedCommits.RunAsync(processes, rounds));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nmeasured in {clock.Elapsed.TotalMinutes:0.0} min"));

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interruption.TrySetResult();
        }
    }

    private static async Task InLabAsync(List<string> named, int rounds, Task interruption)
    {
        await ClusterLab.RemoveLeftAsync();
        await using var lab = new ClusterLab();
        await UnlessAsync(interruption, MeasureAsync());

        async Task MeasureAsync()
        {
            await lab.StartAsync();
            foreach (var (name, run) in LabLines)
            {
                if (named.Count == 0 || named.Contains(name))
                    await run(lab, rounds);
            }
        }
    }

    private static async Task UnlessAsync(Task interruption, Task work)
    {
        if (await Task.WhenAny(work, interruption) == interruption)
            throw new OperationCanceledException("Interrupted. What the benchmark had made is removed.");
        await work;
    }
}
