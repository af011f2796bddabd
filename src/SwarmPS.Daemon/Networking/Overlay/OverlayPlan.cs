using System.Globalization;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>The commands that make a node's kernel agree with what it should have: only what differs.</summary>
/// <param name="Ip">Lines for <c>ip -batch</c>, to be run first.</param>
/// <param name="Bridge">Lines for <c>bridge -batch</c>.</param>
internal sealed record OverlayPlan(IReadOnlyList<string> Ip, IReadOnlyList<string> Bridge)
{
    /// <summary>There is nothing to do.</summary>
    public bool IsEmpty => Ip.Count + Bridge.Count == 0;

    /// <summary>From what there is to what should be.</summary>
    /// <param name="current">What there is.</param>
    /// <param name="wanted">What there should be.</param>
    /// <param name="isOrphan">Whether a bridge has no network of the engine any more, which else takes it away itself.</param>
    public static OverlayPlan Between(OverlayState current, OverlayState wanted, Func<string, bool> isOrphan)
    {
        List<string> ip = [], bridge = [];
        foreach (var gone in current.Devices.Values.Where(device => !device.IsTunnel && !wanted.Devices.ContainsKey(device.Name)))
            ip.Add($"link del {gone.Name}");
        foreach (var gone in current.Bridges.Keys.Where(name => !wanted.Bridges.ContainsKey(name) && isOrphan(name)))
            ip.Add($"link del {gone}");
        foreach (var (name, target) in wanted.Bridges)
            PlanBridge(current.Bridges.GetValueOrDefault(name), target, ip);
        foreach (var (name, target) in wanted.Devices)
            PlanDevice(current.Devices.GetValueOrDefault(name), target, ip, bridge);
        return new(ip, bridge);
    }

    private static void PlanBridge(OverlayBridge? current, OverlayBridge wanted, List<string> ip)
    {
        if (current == wanted)
            return;
        // The engine makes a bridge with its network. It does not notice when someone deletes the bridge, so it is made anew here.
        if (current is null)
            ip.Add($"link add {wanted.Name} type bridge");
        if (current?.Mac != wanted.Mac)
            ip.Add($"link set dev {wanted.Name} address {wanted.Mac}");
        if (current?.Address != wanted.Address)
            ip.Add($"addr replace {wanted.Address} dev {wanted.Name}");
        if (current?.IsUp != true)
            ip.Add($"link set dev {wanted.Name} up");
    }

    private static void PlanDevice(OverlayDevice? current, OverlayDevice wanted, List<string> ip, List<string> bridge)
    {
        var name = wanted.Name;
        if (current is not null && (current.Vni, current.Local, current.Port) != (wanted.Vni, wanted.Local, wanted.Port))
        {
            ip.Add($"link del {name}");
            current = null;
        }
        if (current is null && !wanted.IsTunnel)
            ip.Add(string.Create(CultureInfo.InvariantCulture, $"link add {name} type vxlan id {wanted.Vni} dstport {wanted.Port} {Local(wanted)}nolearning proxy"));
        if (current?.Mtu != wanted.Mtu)
            ip.Add(string.Create(CultureInfo.InvariantCulture, $"link set dev {name} mtu {wanted.Mtu}"));
        if (current?.Bridge != wanted.Bridge)
            ip.Add($"link set dev {name} master {wanted.Bridge}");
        if (current?.IsUp != true)
            ip.Add($"link set dev {name} up");
        if (current?.Learns != false || current.Bridge != wanted.Bridge)
            bridge.Add($"link set dev {name} learning off");
        var known = current ?? wanted.WithoutEntries();
        foreach (var (address, mac) in wanted.Neighbours.Where(entry => known.Neighbours.GetValueOrDefault(entry.Key) != entry.Value))
            ip.Add($"neigh replace {address} lladdr {mac} dev {name} nud permanent");
        foreach (var address in known.Neighbours.Keys.Where(address => !wanted.Neighbours.ContainsKey(address)))
            ip.Add($"neigh del {address} dev {name}");
        foreach (var (mac, node) in wanted.Forwarding.Where(entry => known.Forwarding.GetValueOrDefault(entry.Key) != entry.Value))
            bridge.Add($"fdb replace {mac} dev {name} dst {node} self permanent");
        foreach (var mac in known.Forwarding.Keys.Where(mac => !wanted.Forwarding.ContainsKey(mac)))
            bridge.Add($"fdb del {mac} dev {name} self");
        foreach (var mac in wanted.Bridged.Except(known.Bridged))
            bridge.Add($"fdb replace {mac} dev {name} master static");
        foreach (var mac in known.Bridged.Except(wanted.Bridged))
            bridge.Add($"fdb del {mac} dev {name} master");
    }

    private static string Local(OverlayDevice device) => device.Local.Length == 0 ? "" : $"local {device.Local} ";
}
