using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking;

/// <summary>
/// How a container on several networks answers what came by the routing mesh: from its address there, by the gateway there. By another
/// network the answer would arrive on another bridge, where a host that checks where packets come from drops it. A datagram's answer takes
/// its address from the default route, which the engine chooses by the networks' names; so that goes by the mesh too.
/// </summary>
internal static class ContainerRoutes
{
    private const string Table = "4096";

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
