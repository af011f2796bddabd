using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>The nodes by whose mesh clients come to a container with their own addresses: what it answers must go back by the one that it came from.</summary>
/// <param name="Own">The gateway of the container's own node, the container's way out anyway.</param>
/// <param name="Gateways">The gateways of the others.</param>
internal sealed record ReturnWays(string Own, ValueList<RemoteGateway> Gateways)
{
    /// <summary>No node.</summary>
    public static ReturnWays None { get; } = new("", []);

    /// <summary>The ways of a task: none where no port of its service keeps clients' addresses.</summary>
    public static ReturnWays Of(NodeNetworks networks, string task)
    {
        foreach (var network in networks.Networks.Where(network => network.Ingress))
        {
            if (network.Endpoints.FirstOrDefault(endpoint => endpoint.Task == task && endpoint.DataPath.Length == 0) is { } place && networks.Ports.Any(port => port.PreservesSource && port.Service == place.Service))
                return new(network.Gateway, network.Gateways);
        }
        return None;
    }
}

/// <summary>
/// A container's ways back in the words of <c>nft</c> and <c>ip</c>. A connection gets a mark by the hardware address that it came from, and what is
/// answered is routed by that mark: nothing is asked of the host that the container runs on, whose own route to the client would be another one.
/// </summary>
internal static class ReturnScript
{
    /// <summary>The table's name.</summary>
    public const string Table = "swarmps_return";

    /// <summary>Marks are this and the last three bytes of a gateway's address, so that they stay when nodes come and go; each is its routing table, too.</summary>
    private const uint First = 0x53000000;

    /// <summary>Before the rule of <see cref="ContainerRoutes"/> for all that the container sends from its address, whichever was made first.</summary>
    private const int Preference = 30_000;

    /// <summary>The script that brings the table about, whatever there was.</summary>
    public static string Whole(ReturnWays ways)
    {
        const string Empty = $"table ip {Table} {{ }}\ndelete table ip {Table}\n";
        if (ways.Gateways.Count == 0)
            return Empty;
        var elements = ways.Gateways.Select(gateway => $"{gateway.Mac} : {MarkOf(gateway)}").Append($"{HardwareAddress.Of(ways.Own)} : 0");
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {{Empty}}table ip {{Table}} {
            map ways { type ether_addr : mark
            elements = { {{string.Join(", ", elements)}} }
            }
            chain in { type filter hook prerouting priority -150; policy accept;
            ct mark set ether saddr map @ways
            }
            chain out { type route hook output priority -150; policy accept;
            ct mark and 0xff000000 == {{First}} meta mark set ct mark
            }
            }

            """);
    }

    /// <summary>The lines for <c>ip -batch</c>: the routes, and the rules that are not there yet.</summary>
    /// <param name="ways">What should be.</param>
    /// <param name="before">What was there.</param>
    /// <param name="rules">What <c>ip rule show</c> printed.</param>
    public static string Routes(ReturnWays ways, ReturnWays before, string rules)
    {
        List<string> lines = [];
        foreach (var mark in before.Gateways.Select(MarkOf).Except(ways.Gateways.Select(MarkOf)))
            lines.AddRange([$"rule del fwmark {mark} lookup {mark}", $"route flush table {mark}"]);
        foreach (var gateway in ways.Gateways)
        {
            var mark = MarkOf(gateway);
            lines.Add($"route replace default via {gateway.Address} table {mark}");
            if (!rules.Contains(string.Create(CultureInfo.InvariantCulture, $"fwmark 0x{mark:x} lookup {mark}"), StringComparison.Ordinal))
                lines.Add($"rule add pref {Preference} fwmark {mark} lookup {mark}");
        }
        return string.Concat(lines.Select(line => line + "\n"));
    }

    private static uint MarkOf(RemoteGateway gateway) => Subnet.TryParseAddress(gateway.Address, out var number) ? First | (number & 0xffffff) : First;
}
