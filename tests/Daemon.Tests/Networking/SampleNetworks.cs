using SwarmPS.Daemon.Networking;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>Networks for tests: subnet 10.N.0.0/24 with VXLAN id N, gateways .2 and .3.</summary>
internal static class SampleNetworks
{
    /// <summary>A network as the first of two nodes sees it, without endpoints.</summary>
    public static NodeNetwork Network(int number, string gateway = "2") => new()
    {
        Id = $"net{number}",
        Name = $"back{number}",
        Vni = (uint)number,
        Subnet = $"10.{number}.0.0/24",
        Gateway = $"10.{number}.0.{gateway}",
        Mtu = 1450,
    };

    /// <summary>A task of a service; on this node where no data path is named.</summary>
    public static NetworkEndpoint Endpoint(string service, string address, string dataPath = "", bool serving = true, string? task = null) =>
        new(task ?? $"task{address}", service, address, HardwareAddress.Of(address), dataPath, serving);

    /// <summary>Another node's gateway.</summary>
    public static RemoteGateway Gateway(string address, string dataPath) => new(address, HardwareAddress.Of(address), dataPath);
}
