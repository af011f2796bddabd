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
        await plane.StartedAsync(task, int.Parse(await host.Engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", task), System.Globalization.CultureInfo.InvariantCulture), Stop);
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
