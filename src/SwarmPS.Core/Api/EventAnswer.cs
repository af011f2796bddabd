using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>Something that happened, as <c>/events</c> tells it.</summary>
public sealed record EventAnswer
{
    /// <summary>The kind of object.</summary>
    public string Type { get; init; } = "";

    /// <summary>What happened to it.</summary>
    public string Action { get; init; } = "";

    /// <summary>Which object it was.</summary>
    public EventActor Actor { get; init; } = new();

    /// <summary>When, in nanoseconds since 1970.</summary>
    [JsonProperty("timeNano")]
    public long TimeNano { get; init; }

    /// <summary>Its place among the swarm's events, the same on every manager; null for an event of the engine's.</summary>
    [JsonProperty("index")]
    public string? Index { get; init; }
}

/// <summary>The object of an event.</summary>
public sealed record EventActor
{
    /// <summary>Its id.</summary>
    [JsonProperty("ID")]
    public string Id { get; init; } = "";

    /// <summary>Its name, and what of it changed.</summary>
    public ValueMap<string>? Attributes { get; init; }
}
