using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking;

/// <summary>
/// Gives a container's interfaces the hardware addresses that all nodes have entries for. Engines of API 1.44 to 1.53 pass over
/// <c>MacAddress</c> where a container is connected to a further network, and newer ones choose addresses by chance.
/// </summary>
internal static class ContainerLinks
{
    /// <summary>Sets those that differ. On a single network the container was created with the right one.</summary>
    public static async Task SetAsync(NetworkTools tools, int process, IReadOnlyList<(NodeNetwork Network, NetworkEndpoint Endpoint)> places, CancellationToken stop)
    {
        if (places.Count < 2)
            return;
        using var space = NetworkSpace.OfProcess(process, tools.Space);
        if (space is null)
            return;
        var within = tools.In(space.Path);
        var links = JArray.Parse(await within.RunAsync("ip", ["-json", "address", "show"], "", stop).ConfigureAwait(false));
        foreach (var (_, endpoint) in places)
        {
            var link = links.FirstOrDefault(link => link["addr_info"]!.Any(address => (string?)address["local"] == endpoint.Address));
            if (link is not null && !endpoint.Mac.Equals((string?)link["address"], StringComparison.OrdinalIgnoreCase))
                await within.RunAsync("ip", ["link", "set", "dev", (string)link["ifname"]!, "address", endpoint.Mac], "", stop).ConfigureAwait(false);
        }
    }
}
