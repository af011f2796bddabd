using System.Runtime.Serialization;
using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>What each task of a service is made of.</summary>
public sealed record TaskSpec
{
    /// <summary>The container.</summary>
    public ContainerSpec? ContainerSpec { get; init; }

    /// <summary>What it needs and what it may use.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>What happens when it ends.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>Where it may run.</summary>
    public Placement? Placement { get; init; }

    /// <summary>Networks it is on.</summary>
    public ValueList<NetworkAttachmentConfig>? Networks { get; init; }

    /// <summary>Where its output goes.</summary>
    public LogDriver? LogDriver { get; init; }

    /// <summary>Raised to replace tasks though nothing else changed.</summary>
    public ulong ForceUpdate { get; init; }

    /// <summary>What runs it: <c>container</c>, where nothing is said.</summary>
    public string? Runtime { get; init; }
}

/// <summary>What a task needs (for placement) and what it may use (enforced by the engine).</summary>
public sealed record ResourceRequirements
{
    /// <summary>What it may use.</summary>
    public ResourceLimits? Limits { get; init; }

    /// <summary>What its node must have free.</summary>
    public TaskResources? Reservations { get; init; }

    /// <summary>Swap it may use, in bytes; -1 for no limit.</summary>
    public long? SwapBytes { get; init; }

    /// <summary>How readily its memory is swapped, 0 to 100.</summary>
    public long? MemorySwappiness { get; init; }
}

/// <summary>What a task may use. 0 is no limit.</summary>
public sealed record ResourceLimits
{
    /// <summary>Billionths of a processor.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public long NanoCPUs { get; init; }

    /// <summary>Bytes of memory.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public long MemoryBytes { get; init; }

    /// <summary>Processes and threads.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public long Pids { get; init; }
}

/// <summary>What a node has, or a task needs.</summary>
public sealed record TaskResources
{
    /// <summary>Billionths of a processor.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public long NanoCPUs { get; init; }

    /// <summary>Bytes of memory.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public long MemoryBytes { get; init; }

    /// <summary>Things the administrator named: GPUs, SSDs …</summary>
    public ValueList<GenericResource>? GenericResources { get; init; }
}

/// <summary>A resource the administrator named: one of the two is set.</summary>
public sealed record GenericResource
{
    /// <summary>One thing by its name.</summary>
    public NamedGenericResource? NamedResourceSpec { get; init; }

    /// <summary>A number of things.</summary>
    public DiscreteGenericResource? DiscreteResourceSpec { get; init; }
}

/// <summary>One thing by its name.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Value">Its name.</param>
public sealed record NamedGenericResource(string? Kind = null, string? Value = null);

/// <summary>A number of things.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Value">How many.</param>
public sealed record DiscreteGenericResource(string? Kind = null, long Value = 0);

/// <summary>What happens when a task ends.</summary>
public sealed record RestartPolicy
{
    /// <summary>When a new task takes its place: always, where nothing is said.</summary>
    public RestartCondition? Condition { get; init; }

    /// <summary>The wait before: 5 s where nothing is said.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How often at most; 0 or nothing is without limit.</summary>
    public ulong? MaxAttempts { get; init; }

    /// <summary>The time within which attempts count; 0 or nothing is for ever.</summary>
    public TimeSpan? Window { get; init; }
}

/// <summary>When a new task takes an ended one's place.</summary>
public enum RestartCondition
{
    /// <summary>Never.</summary>
    None,

    /// <summary>When it ended by an error.</summary>
    [EnumMember(Value = "on-failure")]
    OnFailure,

    /// <summary>Always.</summary>
    Any,
}

/// <summary>Where tasks may run.</summary>
public sealed record Placement
{
    /// <summary>Conditions a node must meet, as <c>node.labels.disk == ssd</c>; all of them.</summary>
    public ValueList<string>? Constraints { get; init; }

    /// <summary>What to spread over, first first.</summary>
    public ValueList<PlacementPreference>? Preferences { get; init; }

    /// <summary>Replicas a node may have; 0 is without limit.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public ulong MaxReplicas { get; init; }

    /// <summary>Platforms the image is made for; one must fit.</summary>
    public ValueList<Platform>? Platforms { get; init; }
}

/// <summary>Something to spread tasks over.</summary>
/// <param name="Spread">A label to spread over.</param>
public sealed record PlacementPreference(SpreadOver? Spread = null);

/// <summary>A label to spread over.</summary>
/// <param name="SpreadDescriptor">The label: <c>node.labels.zone</c>, <c>engine.labels.rack</c>.</param>
public sealed record SpreadOver(string? SpreadDescriptor = null);

/// <summary>A network to be on.</summary>
public sealed record NetworkAttachmentConfig
{
    /// <summary>The network's id or name.</summary>
    public string? Target { get; init; }

    /// <summary>More names for the service there.</summary>
    public ValueList<string>? Aliases { get; init; }

    /// <summary>The driver's own options.</summary>
    public ValueMap<string>? DriverOpts { get; init; }
}

/// <summary>Where output goes.</summary>
public sealed record LogDriver
{
    /// <summary>The driver's name; the engine's own where nothing is said.</summary>
    public string? Name { get; init; }

    /// <summary>The driver's own options.</summary>
    public ValueMap<string>? Options { get; init; }
}
