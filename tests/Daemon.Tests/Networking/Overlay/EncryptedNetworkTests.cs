using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.Overlay;

/// <summary>Encrypted networks beside plain ones across two machines, on real engines and the real kernel, with someone who listens on the wire between them.</summary>
[Collection(NetworkCollection.Name)]
public sealed class EncryptedNetworkTests(NetworkHosts hosts) : IAsyncLifetime
{
    private const int BigSize = 96 << 20;
    private const string Page = "nobody else may read this";

    private TunnelKeyRing keys = TunnelKeyChange.Next(null, isNeeded: true, new(1))!;
    private ulong oneId = 101;
    private OverlayPlane one = null!;
    private OverlayPlane other = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        hosts.SkipUnlessUsable();
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        (one, other) = (Plane(hosts.One, oneId), Plane(hosts.Other, 102));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (one is null)
            return;
        foreach (var (host, plane) in new[] { (hosts.One, one), (hosts.Other, other) })
        {
            await host.RemoveContainersAsync();
            await plane.ReconcileAsync([], null, audit: true, CancellationToken.None);
            plane.Dispose();
        }
    }

    [Fact]
    public async Task EncryptedNetwork_CarriesWhatNobodyOnTheWireCanRead_AndAPlainOneShowsIt()
    {
        await SetAsync();
        await StartContainersAsync();
        using (var wire = new WireCapture(hosts.One.Tools.Space, "wire"))
        {
            Assert.Equal(Page, await FetchAsync("10.63.0.12"));
            await NetworkTrial.UntilAsync(() => Task.FromResult(wire.CountTo(4790) > 5), "nothing was seen on the wire");
            Assert.False(wire.Shows("nobody else"u8));
            Assert.False(wire.Shows("GET /"u8));
            Assert.Equal(0, wire.CountTo(4789));
        }
        using (var wire = new WireCapture(hosts.One.Tools.Space, "wire"))
        {
            Assert.Equal(Page, await FetchAsync("10.64.0.12"));
            await NetworkTrial.UntilAsync(() => Task.FromResult(wire.Shows("nobody else"u8)), "the plain network's packets were not seen");
        }
        await hosts.One.RemoveContainersAsync();
        await one.ReconcileAsync([], null, audit: false, Stop);
        Assert.DoesNotContain((await hosts.One.RunAsync("ip", "-o", "link")).Split(": "), name => OverlayNames.IsBridge(name) || OverlayNames.IsDevice(name) || OverlayNames.IsTunnel(name));
    }

    [Fact]
    public async Task KeysThatChangeUnderTraffic_BreakNoConnection()
    {
        await SetAsync();
        await StartContainersAsync();
        await hosts.Other.Engine.DockerAsync("exec", "there", "sh", "-c", $"busybox dd if=/dev/zero of=/www/big bs=1048576 count={BigSize >> 20} 2>/dev/null");
        var fetched = hosts.One.Engine.DockerAsync("exec", "here", "sh", "-c", "busybox wget -q -O - http://10.63.0.12/big | busybox wc -c");
        var changes = 0;
        while (!fetched.IsCompleted)
        {
            // Nodes hear of a change one after the other, and not the same one first each time.
            keys = TunnelKeyChange.Next(keys, isNeeded: true, new(1))!;
            foreach (var (plane, networks) in changes++ % 2 == 0 ? new[] { (one, OneSees), (other, OtherSees) } : [(other, OtherSees), (one, OneSees)])
                await plane.ReconcileAsync(networks, keys, audit: false, Stop);
        }
        Assert.Equal(BigSize, int.Parse(await fetched, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(changes > 3, $"The transfer was over after {changes} changes.");
    }

    [Fact]
    public async Task Damage_AndADaemonThatWasAway_AreMadeGood()
    {
        await SetAsync();
        await StartContainersAsync();
        foreach (var damage in new[] { "link del swpt63", "link set swpt63 down", "link set swpt63 nomaster", "link set swpt63 mtu 1300" })
        {
            await hosts.One.RunAsync("ip", damage.Split(' '));
            Assert.NotEqual(Wanted(), await StateAsync());
            await NetworkTrial.UntilAsync(
                async () =>
                {
                    await SetAsync();
                    return Wanted() == await StateAsync();
                },
                $"'{damage}' was not made good");
        }
        Assert.Equal(Page, await FetchAsync("10.63.0.12"));

        one.Dispose();
        Assert.DoesNotContain("swpt63", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        (oneId, one) = (103, Plane(hosts.One, 103));
        // Before the managers are reached there are no keys, and that is said.
        var fault = await Assert.ThrowsAsync<AggregateException>(() => one.ReconcileAsync(OneSees, null, audit: true, Stop));
        Assert.Contains("their keys come from the managers", fault.InnerExceptions[0].Message, StringComparison.Ordinal);
        Assert.Equal(["net63"], ((NetworkToolException)fault.InnerExceptions[0]).Networks);
        await SetAsync();
        Assert.Equal(Page, await FetchAsync("10.63.0.12"));
    }

    [Fact]
    public async Task NodeThatCannotCarryIt_SaysWhy_AndItsPlainNetworksStand()
    {
        using (var taken = NetworkSpace.Within(hosts.One.Tools.Space, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)))
        {
            taken.Bind(new IPEndPoint(IPAddress.Any, 4790));
            await FailsAsync("4790 (UDP): Address already in use");
        }
        Assert.Contains("swpx64", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        // In no case is it carried by a plain device.
        Assert.DoesNotContain("swpx63", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        await hosts.One.RunAsync("ip", "link", "set", "wire", "mtu", "1450");
        try
        {
            await FailsAsync($"The way to {hosts.Other.Address} carries packets of 1450 bytes, and encrypted networks need 1500");
        }
        finally
        {
            await hosts.One.RunAsync("ip", "link", "set", "wire", "mtu", "1500");
        }
        await SetAsync();

        async Task FailsAsync(string why)
        {
            var fault = await Assert.ThrowsAsync<AggregateException>(() => one.ReconcileAsync(OneSees, keys, audit: true, Stop));
            Assert.Contains(why, Assert.Single(fault.InnerExceptions).Message, StringComparison.Ordinal);
            Assert.Equal(["net63"], ((NetworkToolException)fault.InnerExceptions[0]).Networks);
        }
    }

    private static OverlayPlane Plane(NetworkHost host, ulong tunnel) =>
        new(host.Tools, host.Driver, new() { SwarmId = "swarm", RuntimeFolder = "", DataPath = host.Address, Space = host.Tools.Space, TunnelId = tunnel }, NullLogger.Instance);

    private NodeNetwork[] OneSees => Sees("2", Gateway("10.63.0.3", hosts.Other.Address), [(".11", ""), (".12", hosts.Other.Address)], new(hosts.Other.Address, 102));

    private NodeNetwork[] OtherSees => Sees("3", Gateway("10.63.0.2", hosts.One.Address), [(".11", hosts.One.Address), (".12", "")], new(hosts.One.Address, oneId));

    private static NodeNetwork[] Sees(string gateway, RemoteGateway remote, (string Host, string DataPath)[] tasks, RemoteTunnel tunnel) =>
    [
        Network(63, gateway) with { Mtu = 1400, Encrypted = true, Tunnels = [tunnel], Gateways = [remote], Endpoints = [.. tasks.Select(task => Endpoint("web", "10.63.0" + task.Host, task.DataPath))] },
        Network(64, gateway) with
        {
            Gateways = [Gateway(remote.Address.Replace(".63.", ".64.", StringComparison.Ordinal), remote.DataPath)],
            Endpoints = [.. tasks.Select(task => Endpoint("web", "10.64.0" + task.Host, task.DataPath))],
        },
    ];

    private async Task SetAsync()
    {
        await one.ReconcileAsync(OneSees, keys, audit: true, Stop);
        await other.ReconcileAsync(OtherSees, keys, audit: true, Stop);
    }

    private async Task StartContainersAsync()
    {
        await hosts.One.StartContainerAsync("here", "swp63", "10.63.0.11");
        await hosts.One.Engine.DockerAsync("network", "connect", "--ip", "10.64.0.11", "swp64", "here");
        await hosts.Other.StartContainerAsync("there", "swp63", "10.63.0.12", "sh", "-c", $"mkdir /www; echo {Page} >/www/index.html; exec busybox httpd -f -p 80 -h /www");
        await hosts.Other.Engine.DockerAsync("network", "connect", "--ip", "10.64.0.12", "swp64", "there");
    }

    private async Task<string> FetchAsync(string address)
    {
        var page = "";
        await NetworkTrial.UntilAsync(
            async () => (page = await hosts.One.Engine.DockerAsync("exec", "here", "sh", "-c", $"busybox timeout 10 busybox wget -q -O - http://{address}/ || true")).Length > 0, $"{address} gives no page");
        return page;
    }

    private string Wanted() => Print(OverlayState.Of(OneSees, hosts.One.Address));

    private async Task<string> StateAsync() => Print(OverlayReading.Read(
        await hosts.One.Tools.RunAsync("ip", ["-j", "-d", "-batch", "-"], OverlayReading.IpQueries, Stop), await hosts.One.RunAsync("bridge", "-j", "fdb", "show")));

    private static string Print(OverlayState state) => Newtonsoft.Json.JsonConvert.SerializeObject(state, Newtonsoft.Json.Formatting.Indented);
}
