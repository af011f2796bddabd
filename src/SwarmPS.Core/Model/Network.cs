using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>A network that spans the swarm, in the shape that a task's attachment shows.</summary>
public sealed record Network : StoreObject
{
    /// <summary>What is wanted.</summary>
    public NetworkSpec Spec { get; init; } = new();

    /// <summary>What the driver allotted.</summary>
    public NetworkDriver? DriverState { get; init; }

    /// <summary>The subnets.</summary>
    public IpamOptions? IPAMOptions { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Network;
}

/// <summary>What is wanted of a network.</summary>
public sealed record NetworkSpec
{
    /// <summary>The network's name.</summary>
    public string? Name { get; init; }

    /// <summary>The administrator's own notes.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>What makes the network: <c>overlay</c>.</summary>
    public NetworkDriver? DriverConfiguration { get; init; }

    /// <summary>IPv6 too.</summary>
    public bool? IPv6Enabled { get; init; }

    /// <summary>No way out of the swarm.</summary>
    public bool? Internal { get; init; }

    /// <summary>Containers that are no tasks may join.</summary>
    public bool? Attachable { get; init; }

    /// <summary>The network of the routing mesh.</summary>
    public bool? Ingress { get; init; }

    /// <summary>The subnets that were asked for.</summary>
    public IpamOptions? IPAMOptions { get; init; }

    /// <summary>How far it reaches: <c>swarm</c>.</summary>
    public string? Scope { get; init; }
}

/// <summary>A driver and its options.</summary>
public sealed record NetworkDriver
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its own options.</summary>
    public ValueMap<string>? Options { get; init; }
}

/// <summary>How addresses are given.</summary>
public sealed record IpamOptions
{
    /// <summary>What gives them.</summary>
    public NetworkDriver? Driver { get; init; }

    /// <summary>From which subnets.</summary>
    public ValueList<IpamConfig>? Configs { get; init; }
}

/// <summary>A subnet.</summary>
/// <param name="Subnet">The subnet with its prefix length.</param>
/// <param name="Range">The part that addresses are given from.</param>
/// <param name="Gateway">The way out.</param>
public sealed record IpamConfig(string? Subnet = null, string? Range = null, string? Gateway = null);
