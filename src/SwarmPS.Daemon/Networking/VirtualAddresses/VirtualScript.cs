using System.Globalization;
using System.Net;
using System.Text;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.VirtualAddresses;

/// <summary>
/// A container's table of virtual addresses in the words of <c>nft</c>: a map leads each address to a chain of its own, so that one
/// service's change rewrites one chain, however many services there are. Each script is one transaction of the kernel.
/// </summary>
internal static class VirtualScript
{
    /// <summary>The table's name.</summary>
    public const string Table = "swarmps";

    /// <summary>
    /// The script that brings a container's table about, whatever there was. The first rule asks for the connection's state because a
    /// kernel follows connections, without which it translates none, only where a rule needs that: there may be no other.
    /// </summary>
    public static string Whole(VirtualTable wanted)
    {
        var script = new StringBuilder($"table ip {Table} {{ }}\ndelete table ip {Table}\ntable ip {Table} {{\n");
        foreach (var (address, backends) in wanted.Backends)
            script.Append(CultureInfo.InvariantCulture, $"chain {Chain(address)} {{\n{Rules(backends, "", "\n")}}}\n");
        script.Append("map addresses { type ipv4_addr : verdict\n");
        if (wanted.Backends.Count > 0)
            script.Append("elements = { ").AppendJoin(", ", wanted.Backends.Keys.Select(address => $"{address} : goto {Chain(address)}")).Append(" }\n");
        return script.Append("}\nchain out { type nat hook output priority -110; policy accept;\nct state new ip daddr vmap @addresses\n}\n}\n").ToString();
    }

    /// <summary>The script that changes what differs; empty where nothing does.</summary>
    public static string Change(VirtualTable current, VirtualTable wanted)
    {
        if (ReferenceEquals(current, wanted))
            return "";
        var script = new StringBuilder();
        foreach (var address in current.Backends.Keys.Where(address => !wanted.Backends.ContainsKey(address)))
        {
            var chain = Chain(address);
            script.Append(CultureInfo.InvariantCulture, $"delete element ip {Table} addresses {{ {address} : goto {chain} }}\nflush chain ip {Table} {chain}\ndelete chain ip {Table} {chain}\n");
        }
        foreach (var (address, backends) in wanted.Backends)
        {
            var chain = Chain(address);
            var known = current.Backends.GetValueOrDefault(address);
            if (known?.Equals(backends) == true)
                continue;
            script.Append(CultureInfo.InvariantCulture, $"{(known is null ? "add" : "flush")} chain ip {Table} {chain}\n");
            script.Append(Rules(backends, $"add rule ip {Table} {chain} ", "\n"));
            if (known is null)
                script.Append(CultureInfo.InvariantCulture, $"add element ip {Table} addresses {{ {address} : goto {chain} }}\n");
        }
        return script.ToString();
    }

    /// <summary>The chain of a virtual address.</summary>
    public static string Chain(string address) => "a" + Convert.ToHexStringLower(IPAddress.Parse(address).GetAddressBytes());

    private static string Rules(IReadOnlyList<string> backends, string before, string after) => backends.Count == 0
        ? $"{before}meta l4proto tcp reject with tcp reset{after}{before}reject{after}"
        : $"{before}dnat to {NftText.OneOf(backends)}{after}";
}
