using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Model;
using Wire = Docker.DotNet.Models;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Kernel settings of one interface are where the engine takes them.</summary>
public sealed class InterfaceSettingsTests : IAsyncDisposable
{
    private const string Option = "com.docker.network.endpoint.sysctls";

    private readonly AgentHarness agent = new();

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    private static ContainerSpec Spec => new()
    {
        Image = "swarmps/test:1",
        Sysctls = new([new("net.core.somaxconn", "99"), new("net.ipv4.conf.eth0.forwarding", "1"), new("net.ipv6.conf.eth0.mtu", "1300")]),
    };

    [Theory]
    [InlineData(1, 45, false)]
    [InlineData(1, 46, true)]
    [InlineData(1, 52, true)]
    public async Task TheyGoToTheEndpoint_FromThatVersionOn(int major, int minor, bool moved)
    {
        agent.Engine.ApiVersion = new(major, minor);
        await agent.StartAsync(Samples.Task(Spec));
        await agent.ReachesAsync("task1", TaskState.Running);
        var request = Assert.Single(agent.Engine.Requests);
        Assert.Equal("99", request.HostConfig!.Sysctls!["net.core.somaxconn"]);
        Assert.Equal(!moved, request.HostConfig!.Sysctls!.ContainsKey("net.ipv4.conf.eth0.forwarding"));
        Assert.Equal(
            moved ? "net.ipv4.conf.IFNAME.forwarding=1,net.ipv6.conf.IFNAME.mtu=1300" : null,
            request.NetworkingConfig?.EndpointsConfig?["bridge"].DriverOpts?[Option]);
    }

    [Fact]
    public void OnANetworkOfTheSwarm_TheyGoToItsEndpoint()
    {
        var request = ContainerRequest.Of(Samples.Task(Spec), null, "swarm", [], new([new("swp1", "10.0.0.7", "02:42")]));
        InterfaceSettings.MoveToEndpoint(request);
        var (network, endpoint) = Assert.Single(request.NetworkingConfig!.EndpointsConfig!);
        Assert.Equal(("swp1", "10.0.0.7"), (network, endpoint.IPAMConfig!.IPv4Address));
        Assert.Contains("net.ipv4.conf.IFNAME.forwarding=1", endpoint.DriverOpts![Option]);
    }

    [Fact]
    public void WithTheMachinesNetwork_TheyStay()
    {
        var request = new Wire.CreateContainerParameters { HostConfig = new() { NetworkMode = "host", Sysctls = Spec.Sysctls!.ToDictionary() } };
        InterfaceSettings.MoveToEndpoint(request);
        Assert.Equal(3, request.HostConfig!.Sysctls!.Count);
        Assert.Null(request.NetworkingConfig);
    }
}
