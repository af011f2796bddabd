using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;

namespace SwarmPS.Bench.Cluster;

/// <summary>
/// Commits a second of the replicated store beside etcd: three members each, TLS between them, each acknowledged write synced to a
/// majority's disks, on the same disk. The same gRPC client asks the leader of each by turns, 256 bytes a write, over kept connections.
/// </summary>
internal static class ReplicatedCommits
{
    private const int ValueBytes = 256;
    private const int KeysPerProposer = 1000;
    private const int ConnectionsMax = 8;
    private static readonly int[] Proposers = [1, 16, 64];
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);
    private static readonly Marshaller<byte[]> Plain = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    /// <summary>A call whose messages are bytes.</summary>
    public static Method<byte[], byte[]> Call(string service, string name) => new(MethodType.Unary, service, name, Plain, Plain);

    public static async Task RunAsync(Processes processes, int rounds)
    {
        var ours = await ReplicatingManager.StartAsync(processes);
        var etcd = Etcd.IsInstalled ? await Etcd.StartAsync(processes) : null;
        if (etcd is null)
            Console.WriteLine("\netcd is not installed (Debian: apt-get install etcd-server): its column is empty");
        var turns = Math.Clamp(rounds / 3, 1, 5);
        Console.WriteLine($"\nreplicated commits/s of {ValueBytes} bytes, three members with TLS, {turns} turns of {Measured.TotalSeconds} s each; p50/p99 in ms");
        // What runs compiled from the start in a daemon is compiled here while it runs.
        await LoadAsync(ours, ReplicatingManager.Put, ReplicatingManager.Request, Proposers[^1]);
        await LoadAsync(ours, ReplicatingManager.Put, ReplicatingManager.Request, Proposers[0]);
        foreach (var proposers in Proposers)
        {
            var (our, their) = (new List<Load>(), new List<Load>());
            for (var turn = 0; turn < turns; turn++)
            {
                our.Add(await LoadAsync(ours, ReplicatingManager.Put, ReplicatingManager.Request, proposers));
                if (etcd is not null)
                    their.Add(await LoadAsync(etcd, Etcd.Put, Etcd.Request, proposers));
            }
            var text = $"  {proposers,2} proposers   SwarmPS {Middle(our)}";
            Console.WriteLine(etcd is null ? text : string.Create(
                CultureInfo.InvariantCulture, $"{text}   etcd {Middle(their)}   SwarmPS / etcd {Middle(our).PerSecond / Middle(their).PerSecond:0.00}"));
        }
    }

    private static Load Middle(List<Load> loads) => loads.OrderBy(load => load.PerSecond).ElementAt(loads.Count / 2);

    private static async Task<Load> LoadAsync(string address, Method<byte[], byte[]> put, Func<int, byte[], byte[]> request, int proposers)
    {
        var channels = Enumerable.Range(0, Math.Min(proposers, ConnectionsMax)).Select(_ => GrpcChannel.ForAddress(address)).ToList();
        try
        {
            await RunAsync(Warming, null);
            var latencies = Enumerable.Range(0, proposers).Select(_ => new List<double>()).ToList();
            var began = Stopwatch.GetTimestamp();
            await RunAsync(Measured, latencies);
            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var all = latencies.SelectMany(list => list).Order().ToList();
            return new(all.Count / took, all[all.Count / 2], all[all.Count * 99 / 100]);
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }

        Task RunAsync(TimeSpan span, List<List<double>>? latencies) => Task.WhenAll(Enumerable.Range(0, proposers).Select(proposer => Task.Run(async () =>
        {
            var calls = channels[proposer % channels.Count].CreateCallInvoker();
            var value = new byte[ValueBytes];
            var until = Stopwatch.GetTimestamp() + (long)(span.TotalSeconds * Stopwatch.Frequency);
            for (var i = 0; Stopwatch.GetTimestamp() < until; i++)
            {
                var before = Stopwatch.GetTimestamp();
                using var call = calls.AsyncUnaryCall(put, null, default, request((proposer * KeysPerProposer) + (i % KeysPerProposer), value));
                await call.ResponseAsync;
                latencies?[proposer].Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
        })));
    }

    private sealed record Load(double PerSecond, double P50, double P99)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PerSecond,6:0} ({P50:0.0}/{P99:0.0})");
    }
}
