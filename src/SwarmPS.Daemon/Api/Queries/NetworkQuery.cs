using System.Text.RegularExpressions;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which networks of the swarm a list shows.</summary>
internal sealed class NetworkQuery
{
    /// <summary>Characters of a pattern: no name or id is longer, and a long pattern takes a processor long.</summary>
    private const int PatternLengthMax = 256;

    private readonly ListFilters filters;

    /// <summary>Reads the filters. Throws <see cref="SwarmException"/> for one that is unknown.</summary>
    public NetworkQuery(string? filtersJson) =>
        filters = ListFilters.Parse(filtersJson, "dangling", "driver", "id", "label", "name", "scope", "type");

    /// <summary>Whether the engine has none that fit.</summary>
    public bool IsOfSwarmOnly => filters.Of("scope") is ["swarm"];

    /// <summary>The networks that fit, by name.</summary>
    public IEnumerable<Network> Of(Snapshot state) => state.Networks.All
        .Where(network => filters.Is("driver", NetworkOptions.Driver) && filters.Is("scope", "swarm") && filters.Is("type", "custom") &&
            Matches("id", network.Id) && Matches("name", network.Spec.Name ?? "") && filters.HasLabels("label", network.Spec.Labels) &&
            IsDangling(state, network))
        .OrderBy(network => network.Spec.Name, StringComparer.Ordinal);

    /// <summary>As in Docker, ids and names fit where a part of them does, and patterns may be given.</summary>
    private bool Matches(string name, string value) =>
        filters.Of(name) is not { Count: > 0 } wanted || wanted.Any(text => value.Contains(text, StringComparison.Ordinal) || IsMatch(text, value));

    private static bool IsMatch(string pattern, string value)
    {
        if (pattern.Length > PatternLengthMax)
            return false;
        try
        {
            return Regex.IsMatch(value, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            // No pattern, then; it was compared as text.
            return false;
        }
    }

    /// <summary>One that no service names is dangling.</summary>
    private bool IsDangling(Snapshot state, Network network)
    {
        if (filters.Of("dangling") is not { Count: > 0 } wanted)
            return true;
        var isUsed = state.Services.All.Any(service => NetworkUse.NetworksOf(state, service.Spec).Contains(network.Id));
        return wanted.Any(word => word is "1" or "true" ? !isUsed : isUsed);
    }
}
