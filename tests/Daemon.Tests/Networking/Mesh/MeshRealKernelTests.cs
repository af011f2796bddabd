using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Mesh;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.Mesh;

/// <summary>The routing mesh of one node on the real kernel: <c>a</c> stands for a task there, <c>b</c> for one elsewhere, <c>out</c> for a client.</summary>
public sealed class MeshRealKernelTests : IAsyncLifetime
{
    private const string Outside = "172.31.88.1", Client = "172.31.88.2", Gateway = "10.74.0.2";

    private TestSwitch net = null!;
    private MeshPlane plane = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        net = await TestSwitch.CreateAsync(Gateway, Outside);
        try
        {
            plane = new(net.Host);
            await net.AddAsync("a", "10.74.0.11");
            await net.AddAsync("b", "10.74.0.12");
            await net.AddAsync("out", Client);
            await net.RunAsync("a", "ip", "route", "add", "default", "via", Gateway);
            net.Serve("a", 80);
            net.Serve("b", 80);
            // As the engine leaves it: nothing passes but what it knows.
            await HostAsync("iptables", "-N", "DOCKER-USER");
            await HostAsync("iptables", "-A", "FORWARD", "-j", "DOCKER-USER");
            await HostAsync("iptables", "-P", "FORWARD", "DROP");
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        plane?.Dispose();
        if (net is not null)
            await net.DisposeAsync();
    }

    [Fact]
    public async Task Port_LeadsToEveryServingTask_FromEverywhere_AndShowsALocalTaskItsClient()
    {
        await plane.ReconcileAsync(Wanted("a", "b"), audit: true, Stop);
        var answers = new[] { await net.AskAsync("out", Outside, 8080), await net.AskAsync("out", Outside, 8080) };
        Assert.Equal(["a " + Client, "b " + Gateway], answers.Order());
        // This machine itself, by any of its addresses; and a task that calls its own service.
        foreach (var address in new[] { "127.0.0.1", Outside, Gateway })
            Assert.Equal(["a", "b"], new[] { await HereAsync(address), await HereAsync(address) }.Order());
        Assert.Equal("b", (await net.AskAsync("a", Outside, 8081))[..1]);

        await plane.ReconcileAsync(Wanted("b"), audit: false, Stop);
        Assert.Equal("b " + Gateway, await net.AskAsync("out", Outside, 8080));
        Assert.Equal("b " + Gateway, await net.AskAsync("out", Outside, 8080));
        await plane.ReconcileAsync(Wanted(), audit: false, Stop);
        var refusal = await Assert.ThrowsAsync<SocketException>(() => net.AskAsync("out", Outside, 8080));
        Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
        await plane.ReconcileAsync(Wanted("a"), audit: false, Stop);
        Assert.Equal("a " + Client, await net.AskAsync("out", Outside, 8080));
    }

    [Fact]
    public async Task Datagrams_LeaveATaskThatServesNoMore()
    {
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        using var socket = net.Datagrams("out", Outside, 8080);
        Assert.Equal("a", await TestSwitch.ExchangeAsync(socket));
        await plane.ReconcileAsync(Wanted("a", "b"), audit: false, Stop);
        Assert.Equal("a", await TestSwitch.ExchangeAsync(socket));
        await plane.ReconcileAsync(Wanted("b"), audit: false, Stop);
        Assert.Equal("b", await TestSwitch.ExchangeAsync(socket));
    }

    [Theory]
    [InlineData("nft", "delete", "table", "ip", "swarmps_mesh")]
    [InlineData("nft", "flush", "chain", "ip", "swarmps_mesh", "prerouting")]
    [InlineData("nft", "flush", "chain", "ip", "swarmps_mesh", "tcp8080")]
    [InlineData("iptables", "-F", "DOCKER-USER")]
    public async Task DamagedRules_AreMadeGood_ByAnAudit(string program, params string[] damage)
    {
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        await HostAsync(program, damage);
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        Assert.Equal("a " + Client, await net.AskAsync("out", Outside, 8080));
    }

    [Fact]
    public async Task Changes_LeadToTheSameRules_AsAllAnew_AndNothingIsLeftAtTheEnd()
    {
        await plane.ReconcileAsync(Wanted("a", "b"), audit: true, Stop);
        var more = Wanted("b") with { Ports = [new("s", "tcp", 8080, 81), new("s", "tcp", 9090, 80)] };
        await plane.ReconcileAsync(more with { Networks = [more.Networks[0], Network(75)] }, audit: false, Stop);
        var changed = await RulesAsync();
        using (var other = new MeshPlane(net.Host))
        {
            plane.Dispose();
            await other.ReconcileAsync(more with { Networks = [more.Networks[0], Network(75)] }, audit: true, Stop);
            Assert.Equal(changed, await RulesAsync());
            await other.ReconcileAsync(NodeNetworks.None, audit: false, Stop);
        }
        Assert.DoesNotContain("swarmps", await HostAsync("nft", "list", "tables"), StringComparison.Ordinal);
        Assert.DoesNotContain("0x5350", await HostAsync("iptables", "-S"), StringComparison.Ordinal);
        Bind(8080).Dispose();
    }

    /// <summary>As Docker 29 with <c>firewall-backend: nftables</c>: no chain for others' rules, and a mark for what may pass.</summary>
    [Fact]
    public async Task EngineThatManagesNftables_LetsMarkedPacketsPass_OrTheNodeSaysWhatToConfigure()
    {
        await HostAsync("iptables", "-F", "FORWARD");
        await HostAsync("iptables", "-X", "DOCKER-USER");
        await HostAsync("iptables", "-P", "FORWARD", "ACCEPT");
        await HostAsync("nft", "add table ip docker-bridges; add chain ip docker-bridges filter-FORWARD { type filter hook forward priority filter; }; add chain ip docker-bridges in");
        await HostAsync("nft", $"add rule ip docker-bridges filter-FORWARD ip daddr 10.74.0.0/24 jump in; add rule ip docker-bridges in ct state established,related accept; add rule ip docker-bridges in counter drop");
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        Assert.Contains("\"bridge-accept-fwmark\": \"0x5350/0xffff\"", Assert.Single(plane.PortFaults), StringComparison.Ordinal);
        Assert.Equal(plane.PortFaults, await plane.CompareAsync(Stop));

        // What the engine writes for each bridge once it is configured.
        await HostAsync("nft", "insert rule ip docker-bridges in meta mark & 0xffff == 0x5350 counter accept comment \"ALLOW FW MARK\"");
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        Assert.Empty(plane.PortFaults);
        Assert.Equal("a " + Client, await net.AskAsync("out", Outside, 8080));

        // An engine that goes back to iptables leaves no table.
        await HostAsync("nft", "delete", "table", "ip", "docker-bridges");
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        Assert.Empty(plane.PortFaults);
        Assert.DoesNotContain("meta mark set", await RulesAsync(), StringComparison.Ordinal);
        Assert.Equal("a " + Client, await net.AskAsync("out", Outside, 8080));
    }

    [Fact]
    public async Task PortOfAnotherProgram_IsToldInASentence_AndLeftToIt_WhileOthersWork()
    {
        using (var other = Bind(8080))
        {
            other.Listen();
            await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
            Assert.StartsWith("Port 8080/tcp is published by a service, but cannot be had on this node", Assert.Single(plane.PortFaults), StringComparison.Ordinal);
            Assert.Equal("a", (await net.AskAsync("out", Outside, 8081))[..1]);
        }
        await plane.ReconcileAsync(Wanted("a"), audit: true, Stop);
        Assert.Equal("a", (await net.AskAsync("out", Outside, 8080))[..1]);
        Assert.Empty(plane.PortFaults);
        Assert.Throws<SocketException>(() => Bind(8080));
    }

    [Fact]
    public async Task PortOnAnAddress_IsAnsweredThereAlone_AlsoWhereTheAddressComesLater()
    {
        const string Later = "172.31.88.9";
        var wanted = Wanted("a") with { Ports = [new("s", "tcp", 8080, 80) { Address = "127.0.0.1" }, new("t", "tcp", 8080, 80) { Address = Later }, new("s", "udp", 8080, 80) { Address = Outside }] };
        await plane.ReconcileAsync(wanted, audit: true, Stop);
        Assert.Empty(plane.PortFaults);
        Assert.Equal("a", await HereAsync("127.0.0.1"));
        await Assert.ThrowsAsync<SocketException>(() => net.AskAsync("out", Outside, 8080));
        using (var socket = net.Datagrams("out", Outside, 8080))
            Assert.Equal("a", await TestSwitch.ExchangeAsync(socket));
        // What is held is each address by itself; the rest of the port is free for others.
        Assert.Throws<SocketException>(() => Bind(8080, "127.0.0.1"));
        Bind(8080, Outside).Dispose();
        await HostAsync("ip", "addr", "add", Later + "/24", "dev", "br0");
        Assert.Equal("a " + Client, await net.AskAsync("out", Later, 8080));

        var fewer = wanted with { Ports = [wanted.Ports[1], wanted.Ports[0] with { Address = "127.0.0.2" }] };
        await plane.ReconcileAsync(fewer, audit: false, Stop);
        Assert.Equal("a", await HereAsync("127.0.0.2"));
        await Assert.ThrowsAsync<SocketException>(() => HereAsync("127.0.0.1"));
        Assert.Equal("a " + Client, await net.AskAsync("out", Later, 8080));
    }

    [Fact]
    public async Task PreferredLocalTask_IsAskedAlone_UntilItServesNoMore()
    {
        await plane.ReconcileAsync(Near("a", "b"), audit: true, Stop);
        Assert.Equal(["a " + Client, "a " + Client], new[] { await net.AskAsync("out", Outside, 8080), await net.AskAsync("out", Outside, 8080) });
        await plane.ReconcileAsync(Near("b"), audit: false, Stop);
        Assert.Equal("b " + Gateway, await net.AskAsync("out", Outside, 8080));

        static NodeNetworks Near(params string[] serving) => Wanted(serving) with { Ports = [new("s", "tcp", 8080, 80) { PrefersLocal = true }] };
    }

    private static NodeNetworks Wanted(params string[] serving) => new(
        [
            Network(74) with
            {
                Ingress = true,
                Endpoints =
                [
                    Endpoint("s", "10.74.0.11", serving: serving.Contains("a")), Endpoint("s", "10.74.0.12", "9.9.9.9", serving: serving.Contains("b")),
                    Endpoint("t", "10.74.0.12", "9.9.9.9", serving: !serving.Contains("a") || serving.Contains("b")), Endpoint("t", "10.74.0.11", serving: serving is ["a"]),
                ],
            },
        ],
        [new("s", "tcp", 8080, 80), new("s", "udp", 8080, 80), new("t", "tcp", 8081, 80)]);

    private Task<string> HostAsync(string program, params string[] arguments) => net.Host.RunAsync(program, arguments, "", Stop);

    private async Task<string> HereAsync(string address) => (await TestSwitch.AskFromAsync(net.Host.Space, address, 8080))[..1];

    /// <summary>The rules, line by line, whatever their order of making.</summary>
    private async Task<string> RulesAsync() => string.Join('\n', (await HostAsync("nft", "-s", "list", "table", "ip", "swarmps_mesh")).TrimEnd('}', '\n').Split("\n\n").Select(part => part.Trim().TrimEnd('}').Trim()).Order(StringComparer.Ordinal));

    private Socket Bind(int port, string address = "0.0.0.0")
    {
        var socket = NetworkSpace.Within(net.Host.Space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
