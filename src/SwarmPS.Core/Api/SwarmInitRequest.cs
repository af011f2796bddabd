using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>What <c>POST /swarm/init</c> asks for.</summary>
public sealed record SwarmInitRequest
{
    /// <summary>Where managers listen: <c>0.0.0.0:2377</c> where nothing is said.</summary>
    public string? ListenAddr { get; init; }

    /// <summary>Where other nodes reach this one.</summary>
    public string? AdvertiseAddr { get; init; }

    /// <summary>The address of the data plane.</summary>
    public string? DataPathAddr { get; init; }

    /// <summary>The UDP port of the data plane: 4789 where nothing is said.</summary>
    public uint DataPathPort { get; init; }

    /// <summary>Address pools for networks.</summary>
    public ValueList<string>? DefaultAddrPool { get; init; }

    /// <summary>Prefix length of a network's subnet: 24 where nothing is said.</summary>
    public uint SubnetSize { get; init; }

    /// <summary>Makes a new swarm of this one manager's state.</summary>
    public bool ForceNewCluster { get; init; }

    /// <summary>What is wanted of the swarm.</summary>
    public SwarmSpec? Spec { get; init; }

    /// <summary>Whether tasks may be placed on this node.</summary>
    public NodeAvailability? Availability { get; init; }
}
