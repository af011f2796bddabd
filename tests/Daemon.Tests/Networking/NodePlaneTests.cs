using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>The whole data plane of two machines, with containers of their engines.</summary>
[Collection(NetworkCollection.Name)]
public sealed class NodePlaneTests(NetworkHosts hosts) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-plane-").FullName;
    private NodePlane one = null!;
    private NodePlane other = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        hosts.SkipUnlessUsable();
        (one, other) = (Plane(hosts.One), Plane(hosts.Other));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        if (one is null)
            return;
        foreach (var (host, plane) in new[] { (hosts.One, one), (hosts.Other, other) })
        {
            await host.RemoveContainersAsync();
            await plane.ReconcileAsync(NodeNetworks.None, CancellationToken.None);
            await plane.DisposeAsync();
        }
    }

    [Fact]
    public async Task Service_IsReachedByName_ByItsAddress_AndByItsPort_AcrossNodes_AndLeavesNothing()
    {
        await ReconcileAsync(serving: true);
        await StartAsync(hosts.One, one, "client", "sleep", "3600");
        foreach (var task in new[] { "web", "alone" })
            await StartAsync(hosts.Other, other, task, "sh", "-c", "mkdir /www; echo works >/www/index.html; httpd -f -p 80 -h /www");

        Assert.Contains("10.62.0.200", await ExecAsync("busybox", "nslookup", "web"), StringComparison.Ordinal);
        Assert.Contains("10.62.0.12", await ExecAsync("busybox", "nslookup", "tasks.web"), StringComparison.Ordinal);
        await FetchAsync("http://web/");
        // By the port of either node, from outside the swarm's networks.
        await NetworkTrial.UntilAsync(() => GetsAsync(hosts.One.Tools.Space, hosts.Other.Address), "port 8080 of the task's node does not answer");
        Assert.True(await GetsAsync(hosts.Other.Tools.Space, hosts.One.Address), "port 8080 of the other node does not answer");
        Assert.True(await GetsAsync(hosts.One.Tools.Space, "127.0.0.1"), "localhost:8080 does not answer");
        // A container reaches its own service by its own node, also where it is on the mesh's network alone.
        foreach (var task in new[] { "web", "alone" })
            await NetworkTrial.UntilAsync(
                async () => await hosts.Other.Engine.DockerAsync("exec", task, "sh", "-c", $"busybox wget -q -O - http://{hosts.Other.Address}:{(task == "web" ? 8080 : 8081)}/ || true") == "works",
                $"the container of {task} does not reach its own published port");

        await ReconcileAsync(serving: false);
        Assert.False(await GetsAsync(hosts.Other.Tools.Space, hosts.One.Address));
        Assert.DoesNotContain("10.62.0.12", await ExecAsync("sh", "-c", "busybox nslookup tasks.web || true"), StringComparison.Ordinal);

        await hosts.One.RemoveContainersAsync();
        await one.StoppedAsync("client", Stop);
        await one.ReconcileAsync(NodeNetworks.None, Stop);
        Assert.DoesNotContain("swp6", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        Assert.DoesNotContain("swarmps", await hosts.One.RunAsync("nft", "list", "tables"), StringComparison.Ordinal);
        Assert.DoesNotContain("0x5350", await hosts.One.RunAsync("iptables", "-S"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, hosts.One.Name)));
    }

    [Fact]
    public async Task Check_SaysWhatIsBroken_AndWhere()
    {
        await ReconcileAsync(serving: true);
        await StartAsync(hosts.One, one, "client", "sleep", "3600");
        foreach (var task in new[] { "web", "alone" })
            await StartAsync(hosts.Other, other, task, "sleep", "3600");
        var all = await one.CheckAsync([], Stop);
        Assert.True(all.All(finding => finding.Ok), string.Join('\n', all));
        Assert.Equal(
            ["Kernel", "Names", "VirtualAddresses", "Path", "Tasks", "Tasks", "Kernel", "Ports", "Path", "Tasks"],
            all.OrderBy(finding => finding.NetworkId).ThenBy(finding => finding.Check).Select(finding => finding.Check.ToString()));
        Assert.EndsWith("packets of 1450 bytes", all.First(finding => finding.Check == NetworkCheck.Path).Message, StringComparison.Ordinal);
        Assert.Equal(["net62"], (await one.CheckAsync(["net62"], Stop)).Select(finding => finding.NetworkId).Distinct());

        // Entries, a container's table and the mesh's rules, changed by others.
        await hosts.One.RunAsync("bridge", "fdb", "del", "02:42:0a:3e:00:0c", "dev", "swpx62", "self");
        await hosts.One.RunAsync("nft", "add", "chain", "ip", "swarmps_mesh", "theirs");
        var process = await hosts.One.Engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", "client");
        await hosts.One.RunAsync("nsenter", $"--net=/proc/{process}/ns/net", "nft", "delete", "table", "ip", "swarmps");
        var broken = await BrokenAsync();
        Assert.Equal(["net62 Kernel ", "net62 VirtualAddresses ", $"net62 Tasks {hosts.Other.Address}", "net63 Ports "], broken.Keys);
        Assert.Contains($"'fdb replace 02:42:0a:3e:00:0c dev swpx62 dst {hosts.Other.Address} self permanent' is missing", broken["net62 Kernel "], StringComparison.Ordinal);
        Assert.Contains("container of client", broken["net62 VirtualAddresses "], StringComparison.Ordinal);
        Assert.Contains("10.62.0.12 (task web)", broken[$"net62 Tasks {hosts.Other.Address}"], StringComparison.Ordinal);
        // The next audit mends it.
        await one.ReconcileAsync(Seen("2", "", hosts.Other.Address, serving: true), Stop);
        Assert.Empty(await BrokenAsync());

        // A wire that loses large packets, and one that loses all of a network's.
        await hosts.Other.RunAsync("nft", "add table ip lossy; add chain ip lossy in { type filter hook prerouting priority -300; }; add rule ip lossy in iifname wire meta length gt 1300 drop");
        broken = await BrokenAsync();
        Assert.Equal([$"net62 Path {hosts.Other.Address}", $"net63 Path {hosts.Other.Address}"], broken.Keys);
        Assert.Contains("Packets of up to 1250 bytes get through, the network's are up to 1450", broken[$"net62 Path {hosts.Other.Address}"], StringComparison.Ordinal);
        await hosts.Other.RunAsync("nft", "add rule ip lossy in udp dport 5000 drop");
        broken = await BrokenAsync();
        Assert.Contains("UDP port 5000", broken[$"net62 Path {hosts.Other.Address}"], StringComparison.Ordinal);
        Assert.Contains($"net62 Tasks {hosts.Other.Address}", broken.Keys);
        await hosts.Other.RunAsync("nft", "delete table ip lossy");
        Assert.Empty(await BrokenAsync());

        // A DNS server that nobody hears.
        await hosts.One.RunAsync("nft", "add table ip lossy; add chain ip lossy in { type filter hook input priority 0; }; add rule ip lossy in udp dport 53 drop");
        Assert.Contains("does not answer at 10.62.0.2:53", (await BrokenAsync())["net62 Names "], StringComparison.Ordinal);
        await hosts.One.RunAsync("nft", "delete table ip lossy");
    }

    private async Task<SortedDictionary<string, string>> BrokenAsync() => new(
        (await one.CheckAsync([], Stop)).Where(finding => !finding.Ok).ToDictionary(finding => $"{finding.NetworkId} {finding.Check} {finding.Other}", finding => finding.Message),
        Comparer<string>.Create((a, b) => Place(a).CompareTo(Place(b))));

    private static (string Network, int Check) Place(string key) => (key.Split(' ')[0], (int)Enum.Parse<NetworkCheck>(key.Split(' ')[1]));

    [Fact]
    public async Task LeftoversOfAnEarlierRun_AreRemoved_WhereNothingIsWanted()
    {
        await ReconcileAsync(serving: true);
        await using var next = Plane(hosts.One);
        await next.ReconcileAsync(NodeNetworks.None, Stop);
        Assert.DoesNotContain("swp6", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        Assert.DoesNotContain("swarmps", await hosts.One.RunAsync("nft", "list", "tables"), StringComparison.Ordinal);
    }

    private NodePlane Plane(NetworkHost host) => new(
        new() { SwarmId = "swarm", RuntimeFolder = Path.Combine(folder, host.Name), DataPath = host.Address, Space = host.Tools.Space }, host.Driver, TimeProvider.System, NullLogger.Instance);

    private async Task ReconcileAsync(bool serving)
    {
        await one.ReconcileAsync(Seen("2", "", hosts.Other.Address, serving), Stop);
        await other.ReconcileAsync(Seen("3", hosts.One.Address, "", serving), Stop);
    }

    /// <summary>What the node with a gateway sees, to which the client and the server are at these data paths.</summary>
    private NodeNetworks Seen(string gateway, string client, string server, bool serving)
    {
        var (far, wire) = gateway == "2" ? ("3", hosts.Other.Address) : ("2", hosts.One.Address);
        return new(
            [
                Network(62, gateway) with
                {
                    DataPathPort = 5000,
                    Gateways = [Gateway($"10.62.0.{far}", wire)],
                    Services = [new("w", "web", [], "10.62.0.200")],
                    Endpoints = [Endpoint("c", "10.62.0.11", client, task: "client"), Endpoint("w", "10.62.0.12", server, serving, task: "web")],
                },
                Network(63, gateway) with
                {
                    Ingress = true,
                    Gateways = [Gateway($"10.63.0.{far}", wire)],
                    Endpoints = [Endpoint("w", "10.63.0.12", server, serving, task: "web"), Endpoint("a", "10.63.0.13", server, serving, task: "alone")],
                },
            ],
            [new("w", "tcp", 8080, 80), new("a", "tcp", 8081, 80)]);
    }

    private static async Task StartAsync(NetworkHost host, NodePlane plane, string task, params string[] command)
    {
        var networking = await plane.AttachAsync(new() { Id = task }, Stop);
        var first = networking.Places[0];
        await host.Engine.DockerAsync(["create", "--name", task, "--network", first.EngineNetwork, "--ip", first.Address, "-v", $"{networking.ResolverFile}:/etc/resolv.conf:ro", host.Engine.Image, .. command]);
        foreach (var place in networking.Places.Skip(1))
            await host.Engine.DockerAsync("network", "connect", "--ip", place.Address, place.EngineNetwork, task);
        await host.Engine.DockerAsync("start", task);
        var process = int.Parse(await host.Engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", task), System.Globalization.CultureInfo.InvariantCulture);
        // As engines of API 1.44 to 1.53 leave it.
        if (networking.Places.Count > 1)
            await host.RunAsync("nsenter", $"--net=/proc/{process}/ns/net", "ip", "link", "set", "dev", "eth1", "address", "02:42:00:00:00:01");
        await plane.StartedAsync(task, process, Stop);
    }

    private Task<string> ExecAsync(params string[] command) => hosts.One.Engine.DockerAsync(["exec", "client", .. command]);

    private Task FetchAsync(string address) => NetworkTrial.UntilAsync(
        async () => await ExecAsync("sh", "-c", $"busybox wget -q -O - {address} || true") == "works", $"{address} does not answer in the client's container");

    private static async Task<bool> GetsAsync(string? space, string address)
    {
        try
        {
            return (await TestSwitch.GetAsync(space, address, 8080)).Contains("works", StringComparison.Ordinal);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
