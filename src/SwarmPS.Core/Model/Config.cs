using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>A config, as <c>GET /configs</c> shows it.</summary>
public sealed record Config : StoreObject
{
    /// <summary>What it is called and what it holds.</summary>
    public ConfigSpec Spec { get; init; } = new();

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Config;
}

/// <summary>What is wanted of a config.</summary>
public sealed record ConfigSpec
{
    /// <summary>The name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, 64 at most.</summary>
    public string? Name { get; init; }

    /// <summary>The administrator's own notes.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>What it holds.</summary>
    public Payload? Data { get; init; }

    /// <summary>What would fill in templates within the config.</summary>
    public PayloadDriver? Templating { get; init; }
}
