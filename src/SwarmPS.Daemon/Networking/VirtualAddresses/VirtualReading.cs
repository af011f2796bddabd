using System.Collections.Immutable;
using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.VirtualAddresses;

/// <summary>What <c>nft -j list table</c> prints of a container's table.</summary>
internal static class VirtualReading
{
    /// <summary>The table, or null where it is not one that <see cref="VirtualScript"/> leaves.</summary>
    public static VirtualTable? Read(string json)
    {
        var things = (JArray)JObject.Parse(json)["nftables"]!;
        var rules = things.Select(thing => thing["rule"]).OfType<JObject>().ToLookup(rule => (string?)rule["chain"] ?? "");
        var chains = things.Select(thing => thing["chain"]).OfType<JObject>().ToDictionary(chain => (string?)chain["name"] ?? "");
        if (!chains.Remove("out", out var entry) || (string?)entry["hook"] != "output" || !rules["out"].Any(LeadsOn))
            return null;
        var backends = ImmutableSortedDictionary.CreateBuilder<string, ValueList<string>>(StringComparer.Ordinal);
        foreach (var element in things.Select(thing => thing["map"]).OfType<JObject>().SelectMany(map => map["elem"] ?? new JArray()))
        {
            var (address, chain) = ((string?)element[0] ?? "", (string?)element[1]?["goto"]?["target"] ?? "");
            if (chain != VirtualScript.Chain(address) || !chains.Remove(chain) || Backends([.. rules[chain]]) is not { } found)
                return null;
            backends[address] = found;
        }
        return chains.Count == 0 ? new(backends.ToImmutable()) : null;
    }

    private static ValueList<string>? Backends(IReadOnlyList<JObject> rules) => rules.Count switch
    {
        1 => NftText.Targets(rules[0])?.ToValueList(),
        2 when rules.All(rule => rule["expr"]?.Any(step => step["reject"] is not null) == true) => [],
        _ => null,
    };

    private static bool LeadsOn(JObject rule) => rule["expr"]?.Any(step => (string?)step["vmap"]?["data"] == "@addresses") == true;
}
