namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which events a client wants, and who has them.</summary>
internal sealed class SwarmEventFilter
{
    private static readonly string[] SwarmTypes = ["service", "node", "task", "network", "secret", "config"];

    /// <summary>Kinds of objects that the engine has none of.</summary>
    private static readonly string[] SwarmOnly = ["service", "node", "task", "secret", "config"];

    /// <summary>Filters that only the engine's own objects can fit.</summary>
    private static readonly string[] EngineOnly = ["container", "image", "volume", "plugin", "daemon", "label"];

    private readonly ListFilters filters;

    private SwarmEventFilter(ListFilters filters) => this.filters = filters;

    /// <summary>Whether the engine may have events that fit.</summary>
    public bool WantsEngine =>
        (filters.Of("type").Count == 0 || filters.Of("type").Any(type => !SwarmOnly.Contains(type))) &&
        filters.Is("scope", "local") && SwarmOnly.All(type => filters.Of(type).Count == 0);

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

    /// <summary>A task's events are also those of its service and its node.</summary>
    private bool IsNamed(string type, SwarmEvent seen) =>
        filters.Of(type).Count == 0 ||
        (seen.Type == "task" && type == "service" && (filters.Begins(type, seen.Actor.Attributes.Find("service.id")) || filters.Is(type, seen.Actor.Attributes.Find("service.name")))) ||
        (seen.Type == "task" && type == "node" && filters.Begins(type, seen.Actor.Attributes.Find("node.id"))) ||
        (seen.Type == type && (filters.Begins(type, seen.Actor.Id) || filters.Is(type, seen.Actor.Attributes.Find("name"))));
}
