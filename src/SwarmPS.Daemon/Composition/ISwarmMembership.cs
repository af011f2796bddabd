using SwarmPS.Api;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Daemon.Forwarding;
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

/// <summary>This node in its swarm.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="NodeAddr">The address other nodes reach it by.</param>
/// <param name="Store">The replicated store; on a worker an empty one that nothing is written to.</param>
public sealed record SwarmMember(string NodeId, string NodeAddr, SwarmStore Store)
{
    /// <summary>The managers that a worker knows; a manager reads them from the store.</summary>
    public Func<IEnumerable<RemoteManager>>? KnownManagers { get; init; }

    /// <summary>The other managers; null on a worker, and where there can be none, as in tests.</summary>
    public ISwarmQuorum? Quorum { get; init; }

    /// <summary>The swarm's last events; null on a worker.</summary>
    internal SwarmEventLog? Events { get; init; }
}

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

    /// <summary>Makes a swarm of the objects of a backup, in the place of the manager that made it. Throws <see cref="SwarmException"/>.</summary>
    Task<string> RestoreAsync(SwarmRestoreRequest request, string nodeId, IReadOnlyList<StoreObject> objects, CancellationToken stop);

    /// <summary>Joins a swarm as worker or manager, as the token says. Throws <see cref="SwarmException"/>.</summary>
    Task JoinAsync(SwarmJoinRequest request, CancellationToken stop);

    /// <summary>Unlocks a locked manager. Throws <see cref="SwarmException"/>: Unauthenticated where the key is wrong, AlreadyExists where nothing is locked.</summary>
    Task UnlockAsync(string key, CancellationToken stop);

    /// <summary>Leaves the swarm: tasks stop, state is removed. A manager needs <paramref name="force"/>.</summary>
    Task LeaveAsync(bool force, CancellationToken stop);
}
