using System.Diagnostics;
using System.Globalization;
using SwarmPS.Daemon.Networking.Mesh;
using SwarmPS.Daemon.Networking.VirtualAddresses;
using SwarmPS.Model;

namespace SwarmPS.Bench.Networking;

/// <summary>
/// What the data plane costs, between two network namespaces that stand for machines: throughput across nodes, the time to connect by a
/// virtual address and by a published port, and the time of a change among many services. Root on Linux.
/// </summary>
internal static class NetworkBench
{
    private const int Connections = 2000, Changes = 20, Services = 1000, Tasks = 10;

    public static async Task RunAsync(string[] arguments)
    {
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 3;
        await using var machines = await NetworkMachines.CreateAsync();
        var throughput = await ThroughputAsync(machines, rounds);
        Console.WriteLine("| One TCP stream (iperf3) | Gbit/s |");
        Console.WriteLine("|---|---:|");
        foreach (var (way, values) in throughput)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {way} | {Median(values):0.00} |"));
        Console.WriteLine();
        Console.WriteLine("| A connection | p50 | p99 |");
        Console.WriteLine("|---|---:|---:|");
        foreach (var (way, times) in await ConnectAsync(machines, rounds))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {way} | {At(times, 0.5):0} µs | {At(times, 0.99):0} µs |"));
        Console.WriteLine();
        Console.WriteLine($"| Rules of a container, {Services} services with {Tasks} tasks each | median |");
        Console.WriteLine("|---|---:|");
        var (whole, change, audit) = await ChangeAsync(machines);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all anew | {whole:0} ms |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| one service's change | {change:0} ms |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| an audit that finds nothing | {audit:0} ms |"));
    }

    private static async Task<Dictionary<string, List<double>>> ThroughputAsync(NetworkMachines machines, int rounds)
    {
        Dictionary<string, List<double>> found = new() { ["veth"] = [], ["network of the swarm, two nodes"] = [], ["encrypted network, two nodes"] = [] };
        for (var round = 0; round < rounds; round++)
        {
            found["veth"].Add(await machines.StreamAsync(machines.One, machines.Other, NetworkMachines.OtherWire));
            found["network of the swarm, two nodes"].Add(await machines.StreamAsync(machines.Client, machines.Far, NetworkMachines.FarAddress));
            found["encrypted network, two nodes"].Add(await machines.StreamAsync(machines.Client, machines.Far, NetworkMachines.SealedFarAddress));
        }
        return found;
    }

    private static async Task<Dictionary<string, List<double>>> ConnectAsync(NetworkMachines machines, int rounds)
    {
        using var near = NetworkMachines.Listen(machines.Near);
        using var far = NetworkMachines.Listen(machines.Far);
        using var addresses = new VirtualAddressPlane(machines.OneTools);
        addresses.Add("client", machines.ClientProcess);
        using var mesh = new MeshPlane(machines.OneTools);
        (string Way, string From, string To, int Port, string Serving)[] ways =
        [
            ("direct, same node", machines.Client, NetworkMachines.NearAddress, NetworkMachines.Port, ""),
            ("by virtual address, same node", machines.Client, NetworkMachines.Virtual, NetworkMachines.Port, NetworkMachines.NearAddress),
            ("direct, other node", machines.Client, NetworkMachines.FarAddress, NetworkMachines.Port, ""),
            ("by virtual address, other node", machines.Client, NetworkMachines.Virtual, NetworkMachines.Port, NetworkMachines.FarAddress),
            ("by published port, task on that node", machines.Other, NetworkMachines.OneWire, 8080, NetworkMachines.NearAddress),
            ("by published port, task on another node", machines.Other, NetworkMachines.OneWire, 8080, NetworkMachines.FarAddress),
        ];
        var found = ways.ToDictionary(way => way.Way, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (way, from, to, port, serving) in ways)
            {
                var wanted = NetworkMachines.Seen(serving);
                await addresses.ReconcileAsync(wanted.Networks, audit: false, CancellationToken.None);
                await mesh.ReconcileAsync(wanted, audit: false, CancellationToken.None);
                found[way].AddRange(NetworkMachines.Connect(from, to, port, Connections));
            }
        }
        return found;
    }

    private static async Task<(double Whole, double Change, double Audit)> ChangeAsync(NetworkMachines machines)
    {
        (List<double> whole, List<double> change, List<double> audit) = ([], [], []);
        var (before, after) = (Many(Tasks), Many(Tasks + 1));
        for (var round = 0; round < Changes; round++)
        {
            using var addresses = new VirtualAddressPlane(machines.OneTools);
            addresses.Add("client", machines.ClientProcess);
            whole.Add(await TimeAsync(() => addresses.ReconcileAsync(before, audit: false, CancellationToken.None)));
            change.Add(await TimeAsync(() => addresses.ReconcileAsync(after, audit: false, CancellationToken.None)));
            audit.Add(await TimeAsync(() => addresses.ReconcileAsync(after, audit: true, CancellationToken.None)));
        }
        return (Median(whole), Median(change), Median(audit));
    }

    /// <summary>A network of many services, the first of which has so many tasks.</summary>
    private static IReadOnlyList<NodeNetwork> Many(int tasksOfFirst)
    {
        var endpoints = Enumerable.Range(0, Services).SelectMany(service => Enumerable.Range(0, service == 0 ? tasksOfFirst : Tasks)
            .Select(task => new NetworkEndpoint($"t{service}.{task}", $"s{service}", $"10.{100 + (service / 250)}.{service % 250}.{task + 1}", "", "1.1.1.1", true)));
        return
        [
            NetworkMachines.Network with
            {
                Services = [.. Enumerable.Range(0, Services).Select(service => new NetworkService($"s{service}", $"s{service}", [], $"10.99.{service / 250}.{service % 250}"))],
                Endpoints = [.. endpoints, new("client", "", NetworkMachines.ClientAddress, "", "", true)],
            },
        ];
    }

    private static async Task<double> TimeAsync(Func<Task> step)
    {
        var clock = Stopwatch.StartNew();
        await step();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values) => At(values, 0.5);

    private static double At(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];
    }
}
