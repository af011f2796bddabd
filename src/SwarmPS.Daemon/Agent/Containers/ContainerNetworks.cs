using Docker.DotNet.Models;
using SwarmPS.Daemon.Networking;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>A container's places in networks of the swarm, as the engine takes them.</summary>
internal static class ContainerNetworks
{
    private const string ResolverTarget = "/etc/resolv.conf";

    /// <summary>
    /// Has the container created on the first of its networks, and asking this node's own names: the engine's resolver would not ask
    /// for names of one part, and goes when the engine does.
    /// </summary>
    public static void Apply(CreateContainerParameters request, HostConfig host, ContainerNetworking networking)
    {
        if (networking.Places is [var first, ..])
        {
            host.NetworkMode = first.EngineNetwork;
            request.NetworkingConfig = new() { EndpointsConfig = new Dictionary<string, EndpointSettings> { [first.EngineNetwork] = Settings(first) } };
        }
        if (networking.ResolverFile is { } file)
            host.Mounts = [.. host.Mounts ?? [], new() { Type = "bind", Source = file, Target = ResolverTarget, ReadOnly = true }];
    }

    /// <summary>A container's place in one network.</summary>
    public static EndpointSettings Settings(ContainerPlace place) => new()
    {
        IPAMConfig = new() { IPv4Address = place.Address },
        MacAddress = place.Mac,
        GwPriority = place.HasDefaultRoute ? 1 : 0,
    };
}
