using System.Diagnostics;
using System.Globalization;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.TestKit;

namespace SwarmPS.Bench.Cluster;

/// <summary>
/// The nodes: three managers, two workers and a spare one, each with a namespace, an engine and a daemon of its own. Two swarms live on
/// them side by side: SwarmPS and the engines' own.
/// </summary>
internal sealed class ClusterLab : IAsyncDisposable
{
    private const string Prefix = "bench";

    private static readonly LabStore Store = new(LabStore.Default);
    private readonly string name = $"{Prefix}{Environment.ProcessId}";
    private readonly LabControl control = new(Store);

    public ClusterLab()
    {
        Ours = new("SwarmPS", this, 2377, place => place.Socket, "swarmpsd", "This manager leads", node => node.Daemon);
        Docker = new("Docker's swarm mode", this, 12377, place => place.EngineSocket, "dockerd", " became leader at term ", node => node.Engine);
    }

    public static IReadOnlyList<string> Managers { get; } = ["n1", "n2", "n3"];

    public static IReadOnlyList<string> Workers { get; } = ["n4", "n5"];

    public static string Spare => "n6";

    public LabSwarm Ours { get; }

    public LabSwarm Docker { get; }

    public IReadOnlyList<LabSwarm> Both => [Ours, Docker];

    /// <summary>
    /// The systems whose losses a round measures: Docker's swarm mode takes part in every other one, since it needs ten and more seconds
    /// where SwarmPS needs two.
    /// </summary>
    public IReadOnlyList<LabSwarm> InRound(int round) => round % 2 == 0 ? Both : [Ours];

    public LabNode this[string node] => Store.Get(name)[node];

    /// <summary>All that are in the swarms throughout.</summary>
    public IEnumerable<string> Everyone => [.. Managers, .. Workers];

    /// <summary>Removes labs of benchmarks that were killed.</summary>
    public static async Task RemoveLeftAsync()
    {
        foreach (var left in Store.Names().Where(left => left.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (int.TryParse(left[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && !Directory.Exists($"/proc/{owner}"))
                await new LabControl(Store).StopAsync(left, isKept: false);
        }
    }

    public LabPlace Place(string node)
    {
        var lab = Store.Get(name);
        return lab.PlaceOf(lab[node]);
    }

    /// <summary>Starts the nodes and makes both swarms of all but the spare one.</summary>
    public async Task StartAsync()
    {
        if (LabControl.Obstacle() is { } obstacle)
            throw new InvalidOperationException(obstacle);
        var clock = Stopwatch.StartNew();
        var image = Path.GetTempFileName();
        try
        {
            ImageFile.Write(image);
            await control.StartAsync(
                new()
                {
                    Name = name,
                    Nodes = 6,
                    Managers = 3,
                    Folder = Path.Combine(Path.GetTempPath(), "swarmps-" + name),
                    Program = Processes.DaemonPath(),
                    ImageFiles = [image],
                    IsJoined = false,
                    IsLiveRestored = false,
                },
                CancellationToken.None);
        }
        finally
        {
            File.Delete(image);
        }
        foreach (var swarm in Both)
            await swarm.FormAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"3 managers and 2 workers of each system on the same nodes, in {clock.Elapsed.TotalSeconds:0.0} s"));
    }

    public Task CutOffAsync(string node) => control.Nodes.PartitionAsync(name, node, isCutOff: true);

    public Task HealAsync(string node) => control.Nodes.PartitionAsync(name, node, isCutOff: false);

    /// <summary>Starts what does not run of a node.</summary>
    public Task StartAsync(string node) => control.Nodes.StartAsync(name, node, TimeSpan.FromMinutes(1), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Ours.Dispose();
        Docker.Dispose();
        if (Store.Find(name) is not null)
            await control.StopAsync(name, isKept: false);
    }
}
