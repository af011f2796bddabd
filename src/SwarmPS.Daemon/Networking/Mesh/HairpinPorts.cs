using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>
/// Lets a container that is on the routing mesh's network alone reach itself by a published port of its own node: such a packet leaves
/// the bridge by the very port that it came in by. Those on other networks too come by another bridge.
/// </summary>
internal static class HairpinPorts
{
    /// <summary>Opens all containers' ports of the mesh's bridge that are not open yet.</summary>
    public static async Task OpenAsync(NetworkTools tools, NodeNetwork ingress, CancellationToken stop)
    {
        var ports = await tools.RunAsync("bridge", ["-j", "-d", "link", "show"], "", stop).ConfigureAwait(false);
        var lines = Closed(ports, OverlayNames.Bridge(ingress.Vni), OverlayNames.Device(ingress.Vni)).Select(port => $"link set dev {port} hairpin on\n").ToList();
        // A port whose container ends meanwhile keeps no other from being opened, and is missed by nobody.
        if (lines.Count > 0)
            await tools.TryAsync("bridge", ["-force", "-batch", "-"], string.Concat(lines), stop).ConfigureAwait(false);
    }

    /// <summary>The ports of a bridge, but for the way to other nodes, by which a packet cannot leave as it came.</summary>
    /// <param name="printed">What <c>bridge -j -d link show</c> printed.</param>
    /// <param name="bridge">The bridge.</param>
    /// <param name="device">The way to other nodes.</param>
    internal static IEnumerable<string> Closed(string printed, string bridge, string device) => printed.Length == 0
        ? []
        : JArray.Parse(printed).Where(port => (string?)port["master"] == bridge && (bool?)port["hairpin"] != true).Select(port => (string)port["ifname"]!).Where(name => name != device);
}
