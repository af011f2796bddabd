using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking;

/// <summary>
/// How a container on several networks answers what came by the routing mesh: from its address there, by the gateway there. By another
/// network the answer would arrive on another bridge, where a host that checks where packets come from drops it. A datagram's answer takes
/// its address from the default route; so that goes by the mesh too. Engines since API 1.48 choose it by the priority of <see cref="DefaultOf"/>,
/// also where they choose anew; older ones choose by the networks' names, and the route is set after them.
/// </summary>
internal static class ContainerRoutes
{
    private const string Table = "4096";

    /// <summary>The network that a container's default route goes by: that of the routing mesh, else the first one with a way out; null where none has.</summary>
    public static NodeNetwork? DefaultOf(IReadOnlyList<(NodeNetwork Network, NetworkEndpoint Endpoint)> places) =>
        places.Select(place => place.Network).Where(network => !network.Internal).OrderByDescending(network => network.Ingress).FirstOrDefault();

    /// <summary>Sets the way; also where it is set.</summary>
    public static async Task SetAsync(NetworkTools tools, int process, IReadOnlyList<(NodeNetwork Network, NetworkEndpoint Endpoint)> places, CancellationToken stop)
    {
        if (places.Count < 2 || places.FirstOrDefault(place => place.Network.Ingress) is not { Endpoint: { } endpoint, Network: var network })
            return;
        using var space = NetworkSpace.OfProcess(process, tools.Space);
        if (space is null)
            return;
        var within = tools.In(space.Path);
        foreach (var table in (string[])["main", Table])
            await within.RunAsync("ip", ["route", "replace", "default", "via", network.Gateway, "table", table], "", stop).ConfigureAwait(false);
        var rules = await within.RunAsync("ip", ["rule", "show"], "", stop).ConfigureAwait(false);
        if (!rules.Contains($"from {endpoint.Address} lookup {Table}", StringComparison.Ordinal))
            await within.RunAsync("ip", ["rule", "add", "from", endpoint.Address, "lookup", Table], "", stop).ConfigureAwait(false);
    }
}
