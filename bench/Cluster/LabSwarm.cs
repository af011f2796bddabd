using System.Diagnostics;
using Newtonsoft.Json.Linq;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.Bench.Cluster;

/// <summary>One of the two swarms on the lab's nodes. Both are reached by the same API.</summary>
/// <param name="name">What it is called.</param>
/// <param name="lab">The lab.</param>
/// <param name="port">Where its managers listen.</param>
/// <param name="socket">Where its API is on a node.</param>
/// <param name="program">The program, as its log is called.</param>
/// <param name="elected">What a manager's log says when it is elected.</param>
/// <param name="process">The process of a node.</param>
internal sealed class LabSwarm(
    string name, ClusterLab lab, int port, Func<LabPlace, string> socket, string program, string elected, Func<LabNode, LabProcess?> process) : IDisposable
{
    private readonly Dictionary<string, UnixHttp> clients = [];
    private readonly Dictionary<string, string> ids = [];

    public string Name => name;

    /// <summary>Where the managers of the lab listen.</summary>
    public IReadOnlyList<string> Addresses => [.. ClusterLab.Managers.Select(node => $"{lab.Place(node).Address}:{port}")];

    public UnixHttp On(string node)
    {
        lock (clients)
        {
            if (!clients.TryGetValue(node, out var client))
                clients[node] = client = new(socket(lab.Place(node)));
            return client;
        }
    }

    public LabProcess Process(string node) => process(lab[node]) ?? throw new InvalidOperationException($"{program} of {node} does not run.");

    /// <summary>The node's id in this swarm.</summary>
    public string IdOf(string node) => ids[node];

    /// <summary>Makes the swarm: the managers one after another, then the workers.</summary>
    public async Task FormAsync()
    {
        var first = ClusterLab.Managers[0];
        await On(first).PostAsync("swarm/init", new { ListenAddr = $"0.0.0.0:{port}", AdvertiseAddr = $"{lab.Place(first).Address}:{port}", Spec = new { } });
        ids[first] = await OwnIdAsync(first);
        foreach (var node in lab.Everyone.Skip(1))
            await JoinAsync(node, ClusterLab.Managers.Contains(node));
    }

    /// <summary>Joins a node and waits until a manager says that it is ready; gives the time both took.</summary>
    public async Task<TimeSpan> JoinAsync(string node, bool manager)
    {
        var tokens = (await On(ClusterLab.Managers[0]).GetAsync("swarm"))["JoinTokens"]!;
        var request = new
        {
            ListenAddr = $"0.0.0.0:{port}",
            AdvertiseAddr = $"{lab.Place(node).Address}:{port}",
            RemoteAddrs = Addresses.Where(address => address != $"{lab.Place(node).Address}:{port}"),
            JoinToken = (string)tokens[manager ? "Manager" : "Worker"]!,
        };
        var clock = Stopwatch.StartNew();
        await On(node).PostAsync("swarm/join", request);
        ids[node] = await OwnIdAsync(node);
        await UntilAsync(async () => IsUp(await FindAsync(ClusterLab.Managers[0], ids[node]), manager), $"{node} is not ready");
        return clock.Elapsed;
    }

    /// <summary>Takes a node out of the swarm again, a manager by its demotion first.</summary>
    public async Task RemoveAsync(string node, bool manager)
    {
        var at = On(ClusterLab.Managers[0]);
        if (manager)
        {
            await UntilAsync(() => DemotedAsync(at, ids[node]), $"{node} is not demoted");
            await UntilAsync(async () => (bool?)(await On(node).GetAsync("info"))["Swarm"]!["ControlAvailable"] != true, $"{node} is a manager still");
        }
        await On(node).PostAsync("swarm/leave?force=true", null);
        await at.DeleteAsync($"nodes/{ids[node]}?force=true");
    }

    /// <summary>Ends a node's process as a crash would.</summary>
    public void Kill(string node) => Process(node).Kill();

    /// <summary>The manager that leads, as another one says.</summary>
    public async Task<string> LeaderAsync(string at)
    {
        string? leader = null;
        await UntilAsync(async () => (leader = NameOf(await NodesAsync(at), node => (bool?)node["ManagerStatus"]?["Leader"] == true)) is not null, "nobody leads");
        return leader!;
    }

    /// <summary>Waits until one leads, and all managers and workers are well in the eyes of all managers.</summary>
    public Task SettledAsync() => UntilAsync(
        async () =>
        {
            foreach (var manager in ClusterLab.Managers)
            {
                var nodes = await NodesAsync(manager);
                if (nodes.Count(node => (bool?)node["ManagerStatus"]?["Leader"] == true) != 1)
                    return false;
                if (!lab.Everyone.All(member => nodes.FirstOrDefault(node => (string?)node["ID"] == ids[member]) is { } node && IsUp(node, ClusterLab.Managers.Contains(member))))
                    return false;
            }
            return true;
        },
        "the swarm is not well again");

    /// <summary>How often a manager was elected so far.</summary>
    public int Elections() => ClusterLab.Managers.Sum(node => File.ReadLines(lab.Place(node).LogOf(program)).Count(line => line.Contains(elected, StringComparison.Ordinal)));

    /// <summary>Asks again every 20 ms, the same for each system: here a measuring client waits. A manager that refuses is asked again.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var last = "";
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception refusal) when (refusal is InvalidOperationException or HttpRequestException or OperationCanceledException)
            {
                last = refusal.Message;
            }
            if (clock.Elapsed > TimeSpan.FromMinutes(2))
                throw new InvalidOperationException($"{name}: {otherwise}, after two minutes. {last}");
            await tick.WaitForNextTickAsync();
        }
    }

    public void Dispose()
    {
        foreach (var client in clients.Values)
            client.Dispose();
    }

    private static bool IsUp(JToken? node, bool manager) =>
        (string?)node?["Status"]!["State"] == "ready" && (!manager || (string?)node["ManagerStatus"]?["Reachability"] == "reachable");

    private static async Task<bool> DemotedAsync(UnixHttp at, string id)
    {
        var node = await at.GetAsync($"nodes/{id}");
        var spec = (JObject)node["Spec"]!;
        if ((string?)spec["Role"] == "worker")
            return true;
        spec["Role"] = "worker";
        await at.PostAsync($"nodes/{id}/update?version={(ulong)node["Version"]!["Index"]!}", spec);
        return false;
    }

    private string? NameOf(IReadOnlyList<JToken> nodes, Func<JToken, bool> wanted) =>
        nodes.FirstOrDefault(wanted) is { } node ? ids.FirstOrDefault(known => known.Value == (string?)node["ID"]).Key : null;

    private async Task<IReadOnlyList<JToken>> NodesAsync(string at)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        return [.. await On(at).GetAsync("nodes", late.Token)];
    }

    private async Task<JToken?> FindAsync(string at, string id) => (await NodesAsync(at)).FirstOrDefault(node => (string?)node["ID"] == id);

    private async Task<string> OwnIdAsync(string node) => (string)(await On(node).GetAsync("info"))["Swarm"]!["NodeID"]!;
}
