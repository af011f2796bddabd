using System.Collections.Immutable;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>What <c>ip</c> and <c>bridge</c> print, as the state that it shows.</summary>
internal static class OverlayReading
{
    /// <summary>Lines for <c>ip -j -d -batch</c> that print what <see cref="Read"/> wants first.</summary>
    public const string IpQueries = "link show type bridge\nlink show type vxlan\naddr show type bridge\nneigh show nud permanent\nlink show type tun\n";

    /// <summary>Reads the state.</summary>
    /// <param name="ip">What <c>ip</c> printed of <see cref="IpQueries"/>.</param>
    /// <param name="forwarding">What <c>bridge -j fdb show</c> printed.</param>
    public static OverlayState Read(string ip, string forwarding)
    {
        var answers = Arrays(ip);
        if (answers.Count != 5)
            throw new JsonException($"'ip' answered {answers.Count} questions of 5.");
        var addresses = answers[2].ToLookup(link => Text(link, "ifname"), link => (link["addr_info"] as JArray)?
            .Where(info => Text(info, "family") == "inet").Select(info => $"{Text(info, "local")}/{info["prefixlen"]}").LastOrDefault() ?? "");
        var bridges = answers[0].Where(link => OverlayNames.IsBridge(Text(link, "ifname")))
            .Select(link => new OverlayBridge(Text(link, "ifname"), Text(link, "address"), addresses[Text(link, "ifname")].FirstOrDefault(""), IsUp(link)));
        var neighbours = answers[3].ToLookup(entry => Text(entry, "dev"));
        var entries = Arrays(forwarding).SelectMany(array => array).ToLookup(entry => Text(entry, "ifname"));
        var devices = answers[1].Where(link => OverlayNames.IsDevice(Text(link, "ifname"))).Concat(answers[4].Where(link => OverlayNames.IsTunnel(Text(link, "ifname"))))
            .Select(link => Device(link, neighbours[Text(link, "ifname")], entries[Text(link, "ifname")]));
        return new(
            bridges.ToImmutableSortedDictionary(bridge => bridge.Name, bridge => bridge, StringComparer.Ordinal),
            devices.ToImmutableSortedDictionary(device => device.Name, device => device, StringComparer.Ordinal));
    }

    private static OverlayDevice Device(JToken link, IEnumerable<JToken> neighbours, IEnumerable<JToken> entries)
    {
        var (forwarding, bridged) = (ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal), ImmutableSortedSet.CreateBuilder<string>());
        foreach (var entry in entries)
        {
            if (entry["dst"] is { } node)
                forwarding[Text(entry, "mac")] = (string)node!;
            else if (Text(entry, "state") == "static")
                bridged.Add(Text(entry, "mac"));
        }
        var data = link["linkinfo"]?["info_data"];
        return new()
        {
            Name = Text(link, "ifname"),
            IsTunnel = OverlayNames.IsTunnel(Text(link, "ifname")),
            Vni = (uint?)data?["id"] ?? 0,
            Local = (string?)data?["local"] ?? "",
            Port = (int?)data?["port"] ?? 0,
            Mtu = (int?)link["mtu"] ?? 0,
            Bridge = Text(link, "master"),
            IsUp = IsUp(link),
            Learns = (bool?)link["linkinfo"]?["info_slave_data"]?["learning"] ?? true,
            Forwarding = forwarding.ToImmutable(),
            Bridged = bridged.ToImmutable(),
            Neighbours = neighbours.ToImmutableSortedDictionary(entry => Text(entry, "dst"), entry => Text(entry, "lladdr"), StringComparer.Ordinal),
        };
    }

    private static List<JArray> Arrays(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { SupportMultipleContent = true };
        List<JArray> arrays = [];
        while (reader.Read())
            arrays.Add(JArray.Load(reader));
        return arrays;
    }

    private static string Text(JToken token, string name) => (string?)token[name] ?? "";

    private static bool IsUp(JToken link) => link["flags"] is JArray flags && flags.Any(flag => (string?)flag == "UP");
}
