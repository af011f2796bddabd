using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>Where a service can be reached.</summary>
public sealed record Endpoint
{
    /// <summary>What was asked for.</summary>
    public EndpointSpec Spec { get; init; } = new();

    /// <summary>The ports, with those filled in that the swarm chose.</summary>
    public ValueList<PortConfig>? Ports { get; init; }

    /// <summary>The service's virtual addresses, one a network.</summary>
    public ValueList<VirtualIp>? VirtualIPs { get; init; }
}

/// <summary>A service's virtual address on a network.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="Addr">The address with its prefix length.</param>
public sealed record VirtualIp([property: JsonProperty("NetworkID")] string? NetworkId = null, string? Addr = null);

/// <summary>How a service is to be reached.</summary>
public sealed record EndpointSpec
{
    /// <summary>One address for all tasks, or all tasks' addresses.</summary>
    public EndpointMode? Mode { get; init; }

    /// <summary>Published ports.</summary>
    public ValueList<PortConfig>? Ports { get; init; }
}

/// <summary>How a service's name resolves.</summary>
public enum EndpointMode
{
    /// <summary>To one virtual address.</summary>
    Vip,

    /// <summary>To the addresses of the tasks in turn.</summary>
    Dnsrr,
}

/// <summary>A published port.</summary>
public sealed record PortConfig
{
    /// <summary>A name for the port.</summary>
    public string? Name { get; init; }

    /// <summary>The protocol: TCP where nothing is said.</summary>
    public PortProtocol? Protocol { get; init; }

    /// <summary>The port inside the container.</summary>
    public uint TargetPort { get; init; }

    /// <summary>The port outside; 0 lets the swarm (ingress) or the engine (host) choose.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public uint PublishedPort { get; init; }

    /// <summary>On every node, or on the task's node alone.</summary>
    public PublishMode? PublishMode { get; init; }

    /// <summary>The address of the nodes that it is published on; null for all of them. In a request, null keeps what the port has, and an empty text means all. Docker's ports have no such field.</summary>
    public string? HostIP { get; init; }

    /// <summary>On the routing mesh: tasks on other nodes than the asked one see their clients' addresses too, as those there do anyway. In a request, null keeps what the port has.</summary>
    public bool? PreserveSource { get; init; }

    /// <summary>On the routing mesh: a node that has tasks which serve leads to these alone. In a request, null keeps what the port has.</summary>
    public bool? PreferLocal { get; init; }
}

/// <summary>A port's protocol.</summary>
public enum PortProtocol
{
    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>SCTP.</summary>
    Sctp,
}

/// <summary>Where a port is published.</summary>
public enum PublishMode
{
    /// <summary>On every node, through the routing mesh.</summary>
    Ingress,

    /// <summary>On the task's own node.</summary>
    Host,
}
