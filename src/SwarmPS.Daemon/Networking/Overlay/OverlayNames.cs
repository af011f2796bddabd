using System.Globalization;
using System.Net.NetworkInformation;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>What things on a node are called that belong to a network, by its VXLAN id: names of devices have 15 letters at most.</summary>
internal static class OverlayNames
{
    private const string Prefix = "swp";
    private const string DevicePrefix = "swpx";
    private const string TunnelPrefix = "swpt";

    /// <summary>The network's bridge, and the engine's name of the network.</summary>
    public static string Bridge(uint vni) => Prefix + vni.ToString(CultureInfo.InvariantCulture);

    /// <summary>Its VXLAN device.</summary>
    public static string Device(uint vni) => DevicePrefix + vni.ToString(CultureInfo.InvariantCulture);

    /// <summary>Its device in the tunnel, where it is encrypted.</summary>
    public static string Tunnel(uint vni) => TunnelPrefix + vni.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a network namespace has any device of ours; null is this process's own.</summary>
    public static bool AreAnyHere(string? space) =>
        NetworkSpace.Within(space, () => NetworkInterface.GetAllNetworkInterfaces().Any(device => IsBridge(device.Name) || IsDevice(device.Name)));

    /// <summary>Whether a VXLAN device is one of ours.</summary>
    public static bool IsDevice(string name) => Is(name, DevicePrefix);

    /// <summary>Whether a tunnel's device is one of ours.</summary>
    public static bool IsTunnel(string name) => Is(name, TunnelPrefix);

    /// <summary>Whether a bridge is one of ours.</summary>
    public static bool IsBridge(string name) => Is(name, Prefix);

    private static bool Is(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && uint.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
