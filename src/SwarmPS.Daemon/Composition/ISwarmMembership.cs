using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>Whether this node is in a swarm, in the words of <c>/info</c>.</summary>
public enum LocalNodeState
{
    /// <summary>In no swarm.</summary>
    Inactive,

    /// <summary>Joining, or starting up.</summary>
    Pending,

    /// <summary>In a swarm.</summary>
    Active,

    /// <summary>In a swarm, but something keeps it from working.</summary>
    Error,

    /// <summary>In a swarm; a manager that waits for its unlock key.</summary>
    Locked,
}

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

/// <summary>This node in its swarm.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="NodeAddr">The address other nodes reach it by.</param>
/// <param name="Store">The replicated store.</param>
public sealed record SwarmMember(string NodeId, string NodeAddr, SwarmStore Store);

/// <summary>Brings this node into a swarm and out of it, and knows where it stands.</summary>
public interface ISwarmMembership
{
    /// <summary>Where this node stands.</summary>
    LocalNodeState State { get; }

    /// <summary>What keeps it from working, where <see cref="State"/> is Error; else empty.</summary>
    string Error { get; }

    /// <summary>This node in its swarm; null while it is not active.</summary>
    SwarmMember? Member { get; }

    /// <summary>Makes a new swarm and gives this node's id. Throws <see cref="SwarmException"/>.</summary>
    Task<string> InitAsync(SwarmInitRequest request, CancellationToken stop);

    /// <summary>Leaves the swarm: tasks stop, state is removed. A manager needs <paramref name="force"/>.</summary>
    Task LeaveAsync(bool force, CancellationToken stop);

    /// <summary>New join tokens, for those asked for.</summary>
    Task RotateTokensAsync(bool worker, bool manager, CancellationToken stop);
}
