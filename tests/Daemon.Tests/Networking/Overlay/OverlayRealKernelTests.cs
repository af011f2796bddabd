using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.Overlay;

/// <summary>Networks across two machines, on real engines and the real kernel.</summary>
[Collection(NetworkCollection.Name)]
public sealed class OverlayRealKernelTests(NetworkHosts hosts) : IAsyncLifetime
{
    private const string Here = "10.61.0.11", There = "10.61.0.12";

    private OverlayPlane one = null!;
    private OverlayPlane other = null!;

    private NodeNetwork OneSees => Network(61) with
    {
        Gateways = [Gateway("10.61.0.3", hosts.Other.Address)],
        Endpoints = [Endpoint("web", Here), Endpoint("web", There, hosts.Other.Address)],
    };

    private NodeNetwork OtherSees => Network(61, "3") with
    {
        Gateways = [Gateway("10.61.0.2", hosts.One.Address)],
        Endpoints = [Endpoint("web", Here, hosts.One.Address), Endpoint("web", There)],
    };

    public ValueTask InitializeAsync()
    {
        hosts.SkipUnlessUsable();
        (one, other) = (Plane(hosts.One), Plane(hosts.Other));
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
        }
    }

    [Fact]
    public async Task Containers_ReachEachOther_AcrossNodes_AlsoAfterDamage_AndNothingIsLeftOfThem()
    {
        await SetAsync();
        await hosts.One.StartContainerAsync("here", "swp61", Here);
        await hosts.Other.StartContainerAsync("there", "swp61", There);
        await PingAsync(There);
        await PingAsync("10.61.0.3");

        foreach (var (program, arguments) in new[]
        {
            ("bridge", "fdb del 02:42:0a:3d:00:0c dev swpx61 self"),
            ("bridge", "fdb del 02:42:0a:3d:00:0c dev swpx61 master"),
            ("bridge", "fdb replace 02:42:0a:3d:00:0c dev swpx61 dst 172.31.77.99 self permanent"),
            ("bridge", "fdb append 02:42:0a:3d:00:0d dev swpx61 dst 172.31.77.99 self permanent"),
            ("bridge", "link set dev swpx61 learning on"),
            ("ip", "neigh del 10.61.0.12 dev swpx61"),
            ("ip", "link set swpx61 down"),
            ("ip", "link set swpx61 nomaster"),
            ("ip", "link del swpx61"),
        })
        {
            await hosts.One.RunAsync(program, arguments.Split(' '));
            Assert.NotEqual(await StateAsync(), Wanted());
            await SetAsync();
            Assert.Equal(Wanted(), await StateAsync());
        }
        await PingAsync(There);

        await hosts.One.RemoveContainersAsync();
        await one.ReconcileAsync([], null, audit: false, Stop);
        Assert.Empty(OverlayNamesIn(await hosts.One.RunAsync("ip", "-o", "link")));
        Assert.Empty(await hosts.One.Driver.ListNetworksAsync("swarm", Stop));
        Assert.Empty(await hosts.One.RunAsync("ip", "neigh", "show", "nud", "permanent"));
    }

    [Fact]
    public async Task KilledEngine_AndLostBridges_AreMadeGood()
    {
        await SetAsync();
        await hosts.One.Engine.KillAsync();
        await hosts.One.RunAsync("ip", "link", "del", "swpx61");
        // Without its engine the node still looks after what is there, and says what it cannot do.
        var fault = await Assert.ThrowsAsync<AggregateException>(() => one.ReconcileAsync([OneSees], null, audit: true, Stop));
        Assert.Contains("Cannot connect to the Docker daemon", fault.InnerExceptions[0].Message, StringComparison.Ordinal);
        Assert.Equal(Wanted(), await StateAsync());
        await hosts.One.RunAsync("ip", "link", "del", "swp61");
        await hosts.One.Engine.StartAsync();

        await SetAsync();
        Assert.Equal(Wanted(), await StateAsync());
        await hosts.One.RunAsync("ip", "link", "del", "swp61");
        await SetAsync();
        Assert.Equal(Wanted(), await StateAsync());
        await hosts.One.StartContainerAsync("here", "swp61", Here);
        await PingAsync("10.61.0.3");
    }

    [Fact]
    public async Task NetworkThatTheKernelRefuses_IsNamed_AndTheOthersStand()
    {
        // The id of the second network is another's.
        await hosts.One.RunAsync("ip", "link", "add", "foreign", "type", "vxlan", "id", "62", "dstport", "4789", "nolearning");
        try
        {
            var fault = await Assert.ThrowsAsync<AggregateException>(() => one.ReconcileAsync([OneSees, SampleNetworks.Network(62)], null, audit: false, Stop));
            Assert.Equal(["net62"], fault.InnerExceptions.Cast<NetworkToolException>().SelectMany(each => each.Networks));
            Assert.Contains("swpx61", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        }
        finally
        {
            await hosts.One.RunAsync("ip", "link", "del", "foreign");
        }
        await one.ReconcileAsync([OneSees, SampleNetworks.Network(62)], null, audit: false, Stop);
        Assert.Contains("swpx62", await hosts.One.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NetworkOfOtherSettings_IsMadeAnew_AndARefusalSaysWhich()
    {
        await SetAsync();
        await hosts.One.StartContainerAsync("here", "swp61", Here);
        var changed = OneSees with { Mtu = 1400 };

        var fault = await Assert.ThrowsAsync<AggregateException>(() => one.ReconcileAsync([changed], null, audit: false, Stop));
        Assert.Contains("The engine's network swp61 of 10.61.0.0/24", fault.InnerExceptions[0].Message, StringComparison.Ordinal);
        Assert.Equal(["net61"], ((NetworkToolException)fault.InnerExceptions[0]).Networks);
        // One that nobody wants any more waits for its last container instead.
        await one.ReconcileAsync([], null, audit: false, Stop);
        Assert.Single(await hosts.One.Driver.ListNetworksAsync("swarm", Stop));

        await hosts.One.RemoveContainersAsync();
        await one.ReconcileAsync([changed], null, audit: false, Stop);
        Assert.Equal(1400, Assert.Single(await hosts.One.Driver.ListNetworksAsync("swarm", Stop)).Value.Mtu);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static OverlayPlane Plane(NetworkHost host) => new(host.Tools, host.Driver, new() { SwarmId = "swarm", RuntimeFolder = "", DataPath = host.Address }, NullLogger.Instance);

    private async Task SetAsync()
    {
        await one.ReconcileAsync([OneSees], null, audit: true, Stop);
        await other.ReconcileAsync([OtherSees], null, audit: true, Stop);
    }

    private string Wanted() => Print(OverlayState.Of([OneSees], hosts.One.Address));

    private async Task<string> StateAsync() => Print(OverlayReading.Read(
        await hosts.One.Tools.RunAsync("ip", ["-j", "-d", "-batch", "-"], OverlayReading.IpQueries, Stop), await hosts.One.RunAsync("bridge", "-j", "fdb", "show")));

    private static IEnumerable<string> OverlayNamesIn(string links) =>
        links.Split(": ").Where(name => OverlayNames.IsBridge(name) || OverlayNames.IsDevice(name));

    private static string Print(OverlayState state) => Newtonsoft.Json.JsonConvert.SerializeObject(state, Newtonsoft.Json.Formatting.Indented);

    private Task PingAsync(string address) => hosts.One.Engine.DockerAsync("exec", "here", "busybox", "ping", "-c", "2", "-W", "5", address);
}
