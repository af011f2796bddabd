using System.Diagnostics;
using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Bench.Scheduling;

/// <summary>The store in memory alone at 10,000 nodes, beside what swarmkit's takes on a machine like this.</summary>
internal static class StoreLines
{
    private const int Nodes = 10_000;
    // The first ones compile.
    private const int Rounds = 31;

    public static async Task RunAsync()
    {
        Console.WriteLine("| Store with 10,000 nodes | Takes | Times swarmkit's rate (wanted: ≥ 5) |");
        Console.WriteLine("|---|---:|---:|");
        await PrintAsync("create, in one transaction, each", 26.6, Nodes, fresh: true, store => UpdateAllAsync(store, 0));
        await PrintAsync("update, in one transaction, each", 22.8, Nodes, fresh: false, store => UpdateAllAsync(store, 1));
        await PrintAsync("update, each in its own transaction", 50.5, Nodes, fresh: false, UpdateEachAsync);
        await PrintAsync("get", 1.9, Nodes, fresh: false, store => Done(Get(store.Current)));
        await PrintAsync("list all", 14_600, 1, fresh: false, store => Done(store.Current.Nodes.All.ToList().Count));
    }

    private static async Task PrintAsync(string name, double anchorMicroseconds, int operations, bool fresh, Func<SwarmStore, Task> work)
    {
        using var stop = new CancellationTokenSource();
        List<double> samples = [];
        List<Task> writers = [];
        SwarmStore? store = null;
        for (var round = 0; round < Rounds; round++)
        {
            if (store is null || fresh)
            {
                var (made, requests) = (default(SwarmStore), 0ul);
                store = made = new(TimeProvider.System, () => new(1, ++requests));
                writers.Add(Task.Run(() => made.RunWriterAsync(new ImmediateProposer(made), stop.Token)));
                if (!fresh)
                    await UpdateAllAsync(store, 0);
            }
            GC.Collect();
            var began = Stopwatch.GetTimestamp();
            await work(store);
            samples.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / operations);
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers).ContinueWith(_ => { }, TaskScheduler.Default);
        var median = samples.Order().ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:F2} µs | {anchorMicroseconds / median:F1} |"));
    }

    private static Task UpdateAllAsync(SwarmStore store, int change) => store.UpdateAsync(
        transaction =>
        {
            for (var number = 0; number < Nodes; number++)
                transaction.Put(SchedulerLoad.NodeOf(number, change));
        },
        CancellationToken.None);

    private static async Task UpdateEachAsync(SwarmStore store)
    {
        for (var number = 0; number < Nodes; number++)
        {
            var node = SchedulerLoad.NodeOf(number, 2);
            await store.UpdateAsync(transaction => transaction.Put(node), CancellationToken.None);
        }
    }

    private static int Get(Snapshot state)
    {
        var found = 0;
        for (var number = 0; number < Nodes; number++)
            found += state.Nodes.Find(SchedulerLoad.NodeId(number)) is null ? 0 : 1;
        return found;
    }

    private static Task Done(int found) => found > 0 ? Task.CompletedTask : throw new InvalidOperationException("Nothing was found.");
}
