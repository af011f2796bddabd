using System.Net.Sockets;
using SwarmPS.Daemon.Networking.VirtualAddresses;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.VirtualAddresses;

/// <summary>Virtual addresses on the real kernel, in namespaces that stand for containers.</summary>
public sealed class VirtualAddressRealKernelTests : IAsyncLifetime
{
    private const string Virtual = "10.71.0.200";

    private TestSwitch net = null!;
    private VirtualAddressPlane plane = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        net = await TestSwitch.CreateAsync("10.71.0.2");
        plane = new(net.Host);
        try
        {
            foreach (var (name, address) in new[] { ("a", "10.71.0.11"), ("b", "10.71.0.12") })
            {
                await net.AddAsync(name, address);
                net.Serve(name, 80);
            }
            plane.Add("client", await net.AddAsync("c", "10.71.0.13", "10.72.0.13"));
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
    public async Task VirtualAddress_ReachesServingTasksOnly_AndRefusesWhereNoneIs()
    {
        await plane.ReconcileAsync(Networks("a", "b"), audit: false, Stop);
        Assert.Equal(["a", "a", "b", "b"], (await AskFourTimesAsync()).Order());

        await plane.ReconcileAsync(Networks("b"), audit: false, Stop);
        Assert.Equal(["b", "b", "b", "b"], await AskFourTimesAsync());

        await plane.ReconcileAsync(Networks(), audit: false, Stop);
        var refusal = await Assert.ThrowsAsync<SocketException>(() => net.AskAsync("c", Virtual, 80));
        Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);

        await plane.ReconcileAsync(Networks("a"), audit: false, Stop);
        Assert.Equal(["a", "a", "a", "a"], await AskFourTimesAsync());
        // Who asks is seen as who it is.
        Assert.Equal("a 10.71.0.13", await net.AskAsync("c", Virtual, 80));
    }

    [Fact]
    public async Task Datagrams_LeaveATaskThatServesNoMore()
    {
        await plane.ReconcileAsync(Networks("a"), audit: false, Stop);
        var socket = net.Datagrams("c", Virtual, 80);
        Assert.Equal("a", await TestSwitch.ExchangeAsync(socket));

        await plane.ReconcileAsync(Networks("a", "b"), audit: false, Stop);
        Assert.Equal("a", await TestSwitch.ExchangeAsync(socket));

        await plane.ReconcileAsync(Networks("b"), audit: false, Stop);
        Assert.Equal("b", await TestSwitch.ExchangeAsync(socket));
    }

    [Theory]
    [InlineData("delete table ip swarmps")]
    [InlineData("flush chain ip swarmps out")]
    [InlineData("flush chain ip swarmps a0a4700c8")]
    [InlineData("delete element ip swarmps addresses { 10.71.0.200 : goto a0a4700c8 }")]
    [InlineData("add chain ip swarmps more")]
    [InlineData("flush chain ip swarmps a0a4700c8; add rule ip swarmps a0a4700c8 dnat to numgen inc mod 1 map { 0 : 10.71.0.99 }")]
    public async Task DamagedRules_AreMadeGood_ByAnAudit(string damage)
    {
        await plane.ReconcileAsync(Networks("a"), audit: false, Stop);
        var good = await RulesAsync();
        await net.RunAsync("c", "nft", damage);

        await plane.ReconcileAsync(Networks("a"), audit: true, Stop);

        Assert.Equal(good, await RulesAsync());
        Assert.Equal("a 10.71.0.13", await net.AskAsync("c", Virtual, 80));
    }

    [Fact]
    public async Task Changes_LeadToTheSameRules_AsAllAnew()
    {
        await plane.ReconcileAsync(Networks("a", "b"), audit: false, Stop);
        NodeNetwork[] next = [Networks("b")[0], Network(72) with
        {
            Services = [new("db", "db", [], "10.72.0.200"), new("none", "none", [], "10.72.0.201")],
            Endpoints = [Endpoint("db", "10.72.0.11"), Endpoint("x", "10.72.0.13", task: "client")],
        }];
        await plane.ReconcileAsync(next, audit: false, Stop);
        var changed = VirtualReading.Read(await net.RunAsync("c", "nft", "-j", "list", "table", "ip", "swarmps"));

        Assert.Equal(VirtualTable.Of(next).Backends, changed?.Backends);
        await plane.ReconcileAsync([], audit: false, Stop);
        Assert.Empty(VirtualReading.Read(await net.RunAsync("c", "nft", "-j", "list", "table", "ip", "swarmps"))!.Backends);
    }

    [Fact]
    public async Task RulesStand_OnceTheyAreBroughtAbout_AndTheHostHasNone()
    {
        var stands = plane.StandsAsync("client");
        Assert.False(stands.IsCompleted);
        await plane.ReconcileAsync(Networks("a"), audit: false, Stop);
        await stands;
        Assert.Empty(await net.Host.RunAsync("nft", ["list", "tables"], "", Stop));

        plane.Remove("client");
        await plane.ReconcileAsync(Networks("a"), audit: true, Stop);
        Assert.False(plane.StandsAsync("client").IsCompleted);
    }

    [Fact]
    public async Task ProcessOnTheHostsOwnNetwork_GetsNoRules()
    {
        using var own = new VirtualAddressPlane(new(TimeProvider.System));
        own.Add("host", Environment.ProcessId);
        await own.ReconcileAsync(Networks("a"), audit: true, Stop);
        Assert.False(own.StandsAsync("host").IsCompleted);
    }

    private static NodeNetwork[] Networks(params string[] serving) =>
    [
        Network(71) with
        {
            Services = [new("web", "web", [], Virtual)],
            Endpoints = [Endpoint("web", "10.71.0.11", serving: serving.Contains("a")), Endpoint("web", "10.71.0.12", serving: serving.Contains("b")), Endpoint("client", "10.71.0.13", task: "client")],
        },
    ];

    private Task<string> RulesAsync() => net.RunAsync("c", "nft", "-s", "list", "table", "ip", "swarmps");

    private async Task<IReadOnlyList<string>> AskFourTimesAsync()
    {
        List<string> answers = [];
        for (var time = 0; time < 4; time++)
            answers.Add((await net.AskAsync("c", Virtual, 80)).Split(' ')[0]);
        return answers;
    }
}
