using System.Globalization;
using System.Net.NetworkInformation;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>What things on a node are called that belong to a network, by its VXLAN id: names of devices have 15 letters at most.</summary>
internal static class OverlayNames
{
    private const string Prefix = "swp";
    private const string DevicePrefix = "swpx";

    /// <summary>The network's bridge, and the engine's name of the network.</summary>
    public static string Bridge(uint vni) => Prefix + vni.ToString(CultureInfo.InvariantCulture);

    /// <summary>Its VXLAN device.</summary>
    public static string Device(uint vni) => DevicePrefix + vni.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a network namespace has any device of ours; null is this process's own.</summary>
    public static bool AreAnyHere(string? space) =>
        NetworkSpace.Within(space, () => NetworkInterface.GetAllNetworkInterfaces().Any(device => IsBridge(device.Name) || IsDevice(device.Name)));

    /// <summary>Whether a VXLAN device is one of ours.</summary>
    public static bool IsDevice(string name) =>
        name.StartsWith(DevicePrefix, StringComparison.Ordinal) && uint.TryParse(name.AsSpan(DevicePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>Whether a bridge is one of ours.</summary>
    public static bool IsBridge(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && uint.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
