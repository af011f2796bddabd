namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which events a client wants, and who has them.</summary>
internal sealed class SwarmEventFilter
{
    private static readonly string[] SwarmTypes = ["service", "node", "secret", "config"];

    /// <summary>Filters that only the engine's own objects can fit.</summary>
    private static readonly string[] EngineOnly = ["container", "image", "volume", "network", "plugin", "daemon", "label"];

    private readonly ListFilters filters;

    private SwarmEventFilter(ListFilters filters) => this.filters = filters;

    /// <summary>Whether the engine may have events that fit.</summary>
    public bool WantsEngine =>
        (filters.Of("type").Count == 0 || filters.Of("type").Any(type => !SwarmTypes.Contains(type))) &&
        filters.Is("scope", "local") && SwarmTypes.All(type => filters.Of(type).Count == 0);

    /// <summary>Whether the swarm may have events that fit.</summary>
    public bool WantsSwarm =>
        (filters.Of("type").Count == 0 || filters.Of("type").Any(SwarmTypes.Contains)) &&
        filters.Is("scope", "swarm") && !EngineOnly.Any(name => filters.Of(name).Count > 0);

    /// <summary>Reads the query's filters.</summary>
    public static SwarmEventFilter Parse(string? json) => new(ListFilters.Parse(json));

    /// <summary>Whether an event of the swarm fits.</summary>
    public bool Fits(SwarmEvent seen) =>
        filters.Is("type", seen.Type) &&
        filters.Is("event", seen.Action) &&
        SwarmTypes.All(type => IsNamed(type, seen));

    private bool IsNamed(string type, SwarmEvent seen) =>
        filters.Of(type).Count == 0 ||
        (seen.Type == type && (filters.Begins(type, seen.Actor.Id) || filters.Is(type, seen.Actor.Attributes.Find("name"))));
}
