using System.Globalization;
using System.Net;
using System.Text;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>
/// The routing mesh in the words of <c>nft</c>. Connections that it leads on carry a mark, by which the way back is known and the
/// engine's firewall lets them pass. Each script is one transaction of the kernel.
/// </summary>
internal static class MeshScript
{
    /// <summary>The table's name.</summary>
    public const string Table = "swarmps_mesh";

    /// <summary>The mark of connections, in their marks' last two bytes.</summary>
    public const string Mark = "0x5350";

    /// <summary>What of a connection's mark is the mesh's.</summary>
    public const string MarkBits = "0xffff";

    /// <summary>The whole mark of connections whose tasks see their clients, wherever they are.</summary>
    private const string Preserved = "0x15350";

    /// <summary>The script that takes all away.</summary>
    public const string Nothing = $"table ip {Table} {{ }}\ndelete table ip {Table}\n";

    /// <summary>The script that brings the table about, whatever there was.</summary>
    /// <param name="wanted">The table.</param>
    /// <param name="marksPackets">Packets carry the mark of their connections where they are forwarded: what an engine knows that manages nftables itself.</param>
    public static string Whole(MeshTable wanted, bool marksPackets = false)
    {
        var script = new StringBuilder($"{Nothing}table ip {Table} {{\n");
        foreach (var (port, target) in wanted.Ports)
            script.Append(CultureInfo.InvariantCulture, $"chain {Chain(port)} {{\n{MarkRule(target)}\n{LeadRule(port, target)}\n}}\n");
        foreach (var (map, type) in ((string, string)[])[(All, "inet_proto . inet_service"), (Bound, "ipv4_addr . inet_proto . inet_service")])
            script.Append(CultureInfo.InvariantCulture, $"map {map} {{ type {type} : verdict\n{Elements(wanted.Ports.Keys.Where(port => Map(port) == map).Select(Element))}}}\n");
        script.Append("set local { type ipv4_addr\n").Append(Elements(wanted.Local)).Append("}\n");
        script.Append("set subnets { type ipv4_addr; flags interval\n").Append(Elements(wanted.Subnets)).Append("}\n");
        // A kernel told to route addresses of its own loopback, which localhost:PORT needs, would else let neighbours reach what listens there.
        script.Append("chain guard { type filter hook prerouting priority -300; policy accept;\niif != \"lo\" ip daddr 127.0.0.0/8 drop\n}\n");
        foreach (var hook in new[] { "prerouting", "output" })
            script.Append(CultureInfo.InvariantCulture, $"chain {hook} {{ type nat hook {hook} priority -110; policy accept;\n{Entry} ip daddr . meta l4proto . th dport vmap @{Bound}\n{Entry} meta l4proto . th dport vmap @{All}\n}}\n");
        if (marksPackets)
            script.Append(CultureInfo.InvariantCulture, $"chain pass {{ type filter hook forward priority -10; policy accept;\nct mark and {MarkBits} == {Mark} meta mark set {Mark}\n}}\n");
        // A task on another node answers by this node's gateway, whence the packet came; what came from this machine could not be answered at all.
        // Where clients are to be seen, the container itself knows the way back.
        return script.Append(CultureInfo.InvariantCulture, $"chain postrouting {{ type nat hook postrouting priority 90; policy accept;\nct mark and {MarkBits} != {Mark} return\n")
            .Append("iif \"lo\" masquerade\nip saddr 127.0.0.0/8 masquerade\nip daddr @local ip saddr != @subnets return\n")
            .Append(CultureInfo.InvariantCulture, $"ct mark {Preserved} ip saddr != @subnets return\nmasquerade\n}}\n}}\n").ToString();
    }

    /// <summary>The script that changes what differs; empty where nothing does.</summary>
    public static string Change(MeshTable current, MeshTable wanted)
    {
        var script = new StringBuilder();
        foreach (var port in current.Ports.Keys.Where(port => !wanted.Ports.ContainsKey(port)))
            script.Append(CultureInfo.InvariantCulture, $"delete element ip {Table} {Map(port)} {{ {Element(port)} }}\nflush chain ip {Table} {Chain(port)}\ndelete chain ip {Table} {Chain(port)}\n");
        foreach (var (port, target) in wanted.Ports)
        {
            var (known, chain) = (current.Ports.GetValueOrDefault(port), Chain(port));
            if (known == target)
                continue;
            script.Append(CultureInfo.InvariantCulture, $"{(known is null ? "add" : "flush")} chain ip {Table} {chain}\nadd rule ip {Table} {chain} {MarkRule(target)}\nadd rule ip {Table} {chain} {LeadRule(port, target)}\n");
            if (known is null)
                script.Append(CultureInfo.InvariantCulture, $"add element ip {Table} {Map(port)} {{ {Element(port)} }}\n");
        }
        ChangeSet(script, "local", current.Local, wanted.Local);
        ChangeSet(script, "subnets", current.Subnets, wanted.Subnets);
        return script.ToString();
    }

    /// <summary>Ports on all of the node's addresses, and those on one, which may be another node's now and this one's later: the kernel asks for each packet.</summary>
    private const string All = "ports", Bound = "bound";

    private const string Entry = "ct state new fib daddr type local";

    private static string MarkRule(MeshTarget target) => $"ct mark set {(target.PreservesSource ? Preserved : Mark)}";

    private static string LeadRule(NodePort port, MeshTarget target) =>
        string.Create(CultureInfo.InvariantCulture, $"meta l4proto {port.Protocol} dnat to {NftText.OneOf(target.Backends)} : {target.Target}");

    private static string Map(NodePort port) => port.Address.Length == 0 ? All : Bound;

    private static string Chain(NodePort port) =>
        string.Create(CultureInfo.InvariantCulture, $"{port.Protocol}{port.Number}{(port.Address.Length == 0 ? "" : "a" + Convert.ToHexStringLower(IPAddress.Parse(port.Address).GetAddressBytes()))}");

    private static string Element(NodePort port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(port.Address.Length == 0 ? "" : port.Address + " . ")}{port.Protocol} . {port.Number} : goto {Chain(port)}");

    private static string Elements(IEnumerable<string> elements) => string.Join(", ", elements) is { Length: > 0 } all ? $"elements = {{ {all} }}\n" : "";

    private static void ChangeSet(StringBuilder script, string set, IReadOnlyList<string> current, IReadOnlyList<string> wanted)
    {
        foreach (var gone in current.Except(wanted, StringComparer.Ordinal))
            script.Append(CultureInfo.InvariantCulture, $"delete element ip {Table} {set} {{ {gone} }}\n");
        foreach (var come in wanted.Except(current, StringComparer.Ordinal))
            script.Append(CultureInfo.InvariantCulture, $"add element ip {Table} {set} {{ {come} }}\n");
    }
}
