using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>A network as <c>GET /networks</c> shows it, the swarm's and the engine's alike.</summary>
public sealed record NetworkResource
{
    /// <summary>The network's name.</summary>
    public string? Name { get; init; }

    /// <summary>Names the network for good.</summary>
    public string Id { get; init; } = "";

    /// <summary>When it was made.</summary>
    public Timestamp Created { get; init; }

    /// <summary><c>swarm</c>, or <c>local</c> for one of the engine alone.</summary>
    public string? Scope { get; init; }

    /// <summary>What makes the network.</summary>
    public string? Driver { get; init; }

    /// <summary>Whether it has IPv4; engines tell it since API 1.48.</summary>
    public bool? EnableIPv4 { get; init; }

    /// <summary>Whether it has IPv6.</summary>
    public bool EnableIPv6 { get; init; }

    /// <summary>Its addresses.</summary>
    public NetworkIpam? IPAM { get; init; }

    /// <summary>Whether nothing leads out of the swarm.</summary>
    public bool Internal { get; init; }

    /// <summary>Whether containers that are no tasks may join.</summary>
    public bool Attachable { get; init; }

    /// <summary>Whether it is the network of the routing mesh.</summary>
    public bool Ingress { get; init; }

    /// <summary>Where its settings come from.</summary>
    public NetworkConfigFrom? ConfigFrom { get; init; }

    /// <summary>Whether it is only settings.</summary>
    public bool ConfigOnly { get; init; }

    /// <summary>The driver's options.</summary>
    public ValueMap<string>? Options { get; init; }

    /// <summary>The administrator's own notes.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>How many of its addresses are in use; only of a single network, since API 1.52.</summary>
    public NetworkStatus? Status { get; init; }

    /// <summary>A network of the swarm in this shape.</summary>
    public static NetworkResource Of(Network network) => new()
    {
        Name = network.Spec.Name,
        Id = network.Id,
        Created = network.CreatedAt,
        Scope = "swarm",
        Driver = network.DriverState?.Name,
        EnableIPv4 = true,
        IPAM = new()
        {
            Driver = network.IPAMOptions?.Driver?.Name,
            Options = network.IPAMOptions?.Driver?.Options,
            Config = (network.IPAMOptions?.Configs).OrEmpty().Select(config => new NetworkIpamConfig(config.Subnet, config.Range, config.Gateway)).ToValueList(),
        },
        Internal = network.Spec.Internal ?? false,
        Attachable = network.Spec.Attachable ?? false,
        Ingress = network.Spec.Ingress ?? false,
        ConfigFrom = new(""),
        Options = network.DriverState?.Options,
        Labels = network.Spec.Labels,
    };
}

/// <summary>A network's use.</summary>
/// <param name="IPAM">That of its addresses.</param>
public sealed record NetworkStatus(NetworkIpamStatus? IPAM = null);

/// <summary>The use of a network's addresses.</summary>
/// <param name="Subnets">That of each subnet.</param>
public sealed record NetworkIpamStatus(ValueMap<NetworkSubnetStatus>? Subnets = null);

/// <summary>The use of a subnet's addresses.</summary>
/// <param name="IPsInUse">Addresses that cannot be given, those of the network and the broadcast included.</param>
/// <param name="DynamicIPsAvailable">Addresses that can still be given, in the range where there is one.</param>
public sealed record NetworkSubnetStatus(long IPsInUse = 0, long DynamicIPsAvailable = 0);

/// <summary>A network's addresses.</summary>
public sealed record NetworkIpam
{
    /// <summary>What gives them.</summary>
    public string? Driver { get; init; }

    /// <summary>Its options.</summary>
    public ValueMap<string>? Options { get; init; }

    /// <summary>The subnets.</summary>
    public ValueList<NetworkIpamConfig>? Config { get; init; }
}

/// <summary>A subnet of a network.</summary>
/// <param name="Subnet">The subnet with its prefix length.</param>
/// <param name="IPRange">The part that addresses are given from.</param>
/// <param name="Gateway">The way out.</param>
/// <param name="AuxiliaryAddresses">Addresses that something else has, by names.</param>
public sealed record NetworkIpamConfig(string? Subnet = null, string? IPRange = null, string? Gateway = null, ValueMap<string>? AuxiliaryAddresses = null);

/// <summary>The network that another one has its settings from.</summary>
/// <param name="Network">Its name; empty for none.</param>
public sealed record NetworkConfigFrom(string? Network = null);

/// <summary>What makes a network: the body of <c>POST /networks/create</c>.</summary>
public sealed record NetworkCreateRequest
{
    /// <summary>The network's name.</summary>
    public string? Name { get; init; }

    /// <summary>What makes it; the engine's <c>bridge</c> where nothing is said.</summary>
    public string? Driver { get; init; }

    /// <summary>How far it reaches.</summary>
    public string? Scope { get; init; }

    /// <summary>IPv4; on where nothing is said.</summary>
    public bool? EnableIPv4 { get; init; }

    /// <summary>IPv6 too.</summary>
    public bool? EnableIPv6 { get; init; }

    /// <summary>Its addresses.</summary>
    public NetworkIpam? IPAM { get; init; }

    /// <summary>Nothing leads out of the swarm.</summary>
    public bool? Internal { get; init; }

    /// <summary>Containers that are no tasks may join.</summary>
    public bool? Attachable { get; init; }

    /// <summary>It is the network of the routing mesh.</summary>
    public bool? Ingress { get; init; }

    /// <summary>It is only settings.</summary>
    public bool? ConfigOnly { get; init; }

    /// <summary>Where its settings come from.</summary>
    public NetworkConfigFrom? ConfigFrom { get; init; }

    /// <summary>The driver's options.</summary>
    public ValueMap<string>? Options { get; init; }

    /// <summary>The administrator's own notes.</summary>
    public ValueMap<string>? Labels { get; init; }
}

/// <summary>The answer to the making of a network.</summary>
/// <param name="Id">The network.</param>
/// <param name="Warning">What the user should know.</param>
public sealed record NetworkCreateAnswer([property: JsonProperty("Id")] string Id, string Warning = "");
