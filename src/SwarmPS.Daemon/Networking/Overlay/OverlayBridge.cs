using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>A network's bridge in the kernel. The engine makes it; its hardware address is ours, because other nodes must know it beforehand.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="Address">This node's gateway address, with the prefix length.</param>
/// <param name="IsUp">It is up.</param>
internal sealed record OverlayBridge(string Name, string Mac, string Address, bool IsUp)
{
    /// <summary>The bridge that a network should have on this node.</summary>
    public static OverlayBridge Of(NodeNetwork network) => new(
        OverlayNames.Bridge(network.Vni), HardwareAddress.Of(network.Gateway), $"{network.Gateway}/{network.Subnet[(network.Subnet.IndexOf('/', StringComparison.Ordinal) + 1)..]}", IsUp: true);
}
