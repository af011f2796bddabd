using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Daemon.Networking.Kernel;

/// <summary>What the tables of the data plane have in common, as <c>nft</c> writes and prints it.</summary>
internal static class NftText
{
    /// <summary>One of several addresses, each in its turn.</summary>
    public static string OneOf(IReadOnlyList<string> addresses)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"numgen inc mod {addresses.Count} map {{ ");
        for (var place = 0; place < addresses.Count; place++)
            text.Append(CultureInfo.InvariantCulture, $"{(place == 0 ? "" : ", ")}{place} : {addresses[place]}");
        return text.Append(" }").ToString();
    }

    /// <summary>The addresses that a rule of <c>nft -j</c> translates to with <see cref="OneOf"/>; null for another rule.</summary>
    public static IReadOnlyList<string>? Targets(JToken rule)
    {
        var map = rule["expr"]?.FirstOrDefault(step => step["dnat"] is not null)?["dnat"]?["addr"]?["map"]?["data"]?["set"];
        return map?.Select(element => (string?)element[1] ?? "").ToList();
    }
}
