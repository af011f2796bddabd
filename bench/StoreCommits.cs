using System.Diagnostics;
using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Bench;

/// <summary>Commits a second at 1, 16 and 64 proposers, each commit one task; and the time a restart takes with 10,000 tasks.</summary>
internal static class StoreCommits
{
    private const int Tasks = 10_000;

    public static async Task RunAsync(string[] arguments)
    {
        var seconds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 5;
        var root = Directory.CreateDirectory(Path.Combine(arguments.Length > 1 ? arguments[1] : Path.GetTempPath(), $"swarmps-bench-{Environment.ProcessId}")).FullName;
        try
        {
            Console.WriteLine($"| {"proposers",9} | {"commits/s",9} | {"p50 ms",7} | {"p99 ms",7} |");
            Console.WriteLine("|----------:|----------:|--------:|--------:|");
            foreach (var proposers in (int[])[1, 16, 64])
                await CommitsAsync(Path.Combine(root, $"commits-{proposers}"), proposers, TimeSpan.FromSeconds(seconds));
            await RestartsAsync(Path.Combine(root, "restart"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>What a restart measures: opens the store, and says when it leads.</summary>
    public static async Task ReopenAsync(string[] arguments)
    {
        var node = await StoreNode.StartAsync(arguments[0]);
        await node.Store.UpdateAsync(tx => tx.Put(new Node { Id = "ready" }), CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Store.Current.Tasks.Count} {self.TotalProcessorTime.TotalMilliseconds:F0} {self.WorkingSet64 >> 20}"));
        await Console.Out.FlushAsync();
        if (arguments.Length > 1)
            await node.Raft.StopAsync();
        else
            self.Kill();
    }

    private static async Task CommitsAsync(string directory, int proposers, TimeSpan span)
    {
        var node = await StoreNode.StartAsync(directory);
        List<double>[] latencies = [.. Enumerable.Range(0, proposers).Select(_ => new List<double>())];
        await LoadAsync(TimeSpan.FromSeconds(1), measured: false);
        var began = Stopwatch.GetTimestamp();
        await LoadAsync(span, measured: true);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await node.Raft.StopAsync();
        var all = latencies.SelectMany(list => list).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {proposers,9} | {all.Count / took,9:F0} | {all[all.Count / 2],7:F2} | {all[all.Count * 99 / 100],7:F2} |"));

        Task LoadAsync(TimeSpan time, bool measured) => Task.WhenAll(latencies.Select((list, proposer) => Task.Run(async () =>
        {
            var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
            for (var i = 0; Stopwatch.GetTimestamp() < until; i++)
            {
                var before = Stopwatch.GetTimestamp();
                var task = StoreNode.Task((proposer * 1000) + (i % 1000));
                await node.Store.UpdateAsync(tx => tx.Put(task), CancellationToken.None);
                if (measured)
                    list.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
        })));
    }

    private static async Task RestartsAsync(string directory)
    {
        var node = await StoreNode.StartAsync(directory);
        for (var i = 0; i < Tasks; i += 100)
        {
            var from = i;
            await Task.WhenAll(Enumerable.Range(from, 100).Select(number => node.Store.UpdateAsync(tx => tx.Put(StoreNode.Task(number)), CancellationToken.None)));
        }
        await node.Raft.StopAsync();
        Console.WriteLine();
        Console.WriteLine($"| restart with {Tasks} tasks | ms to the first commit, process start included | of which processor | RSS MiB |");
        Console.WriteLine("|---|---:|---:|---:|");
        await ReopenedAsync("after a clean stop", directory);
        await ReopenedAsync("after kill -9", directory);
        await ReopenedAsync("after kill -9, again", directory);
    }

    private static async Task ReopenedAsync(string what, string directory)
    {
        var began = Stopwatch.GetTimestamp();
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["store-reopen", directory]) { RedirectStandardOutput = true })!;
        var line = await child.StandardOutput.ReadLineAsync();
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await child.WaitForExitAsync();
        if (line?.Split(' ') is not [var count, var processor, var memory] || int.Parse(count, CultureInfo.InvariantCulture) < Tasks)
            throw new InvalidOperationException($"The restart gave '{line}' where {Tasks} tasks were expected.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {took:F0} | {processor} | {memory} |"));
    }
}
