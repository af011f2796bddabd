using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>What a node's kernel has, or should have, of the swarm's networks.</summary>
/// <param name="Bridges">The bridges, by name.</param>
/// <param name="Devices">The VXLAN devices, and those in the tunnel, by name.</param>
internal sealed record OverlayState(ImmutableSortedDictionary<string, OverlayBridge> Bridges, ImmutableSortedDictionary<string, OverlayDevice> Devices)
{
    /// <summary>What there should be for networks.</summary>
    public static OverlayState Of(IEnumerable<NodeNetwork> networks, string local)
    {
        var all = networks.ToList();
        return new(
            all.Select(OverlayBridge.Of).ToImmutableSortedDictionary(bridge => bridge.Name, bridge => bridge, StringComparer.Ordinal),
            all.Select(network => OverlayDevice.Of(network, local)).ToImmutableSortedDictionary(device => device.Name, device => device, StringComparer.Ordinal));
    }

    /// <summary>What there is of one network.</summary>
    public OverlayState Only(uint vni) => new(
        Bridges.RemoveRange(Bridges.Keys.Where(name => name != OverlayNames.Bridge(vni))),
        Devices.RemoveRange(Devices.Keys.Where(name => name != OverlayNames.Device(vni) && name != OverlayNames.Tunnel(vni))));
}
