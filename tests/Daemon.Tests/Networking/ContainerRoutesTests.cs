using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>By which of its networks a container's default route goes.</summary>
public sealed class ContainerRoutesTests
{
    private static readonly NodeNetwork Front = Network(81), Back = Network(82), Inner = Network(83) with { Internal = true }, Mesh = Network(84) with { Ingress = true };

    [Fact]
    public void DefaultRoute_GoesByTheMesh_ElseByTheFirstNetworkWithAWayOut()
    {
        Assert.Same(Mesh, Of(Front, Back, Mesh));
        Assert.Same(Front, Of(Front, Back));
        Assert.Same(Back, Of(Inner, Back));
        Assert.Null(Of(Inner));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void EnginesThatChooseByPriority_AreToldIt(bool isDefault, int priority)
    {
        var settings = ContainerNetworks.Settings(new("swp81", "10.81.0.11", "02:42:0a:51:00:0b", isDefault));
        Assert.Equal((priority, "02:42:0a:51:00:0b"), ((int)settings.GwPriority, settings.MacAddress));
    }

    private static NodeNetwork? Of(params NodeNetwork[] networks) =>
        ContainerRoutes.DefaultOf([.. networks.Select((network, index) => (network, Endpoint("s", $"10.{network.Vni}.0.1{index}")))]);
}
