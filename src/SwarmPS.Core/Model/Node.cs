using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>A machine of the swarm, as <c>GET /nodes</c> shows it.</summary>
public sealed record Node : StoreObject
{
    /// <summary>What the administrator wants of the node.</summary>
    public NodeSpec Spec { get; init; } = new();

    /// <summary>What the node said of itself.</summary>
    public NodeDescription? Description { get; init; }

    /// <summary>Whether the node is heard from.</summary>
    public NodeStatus Status { get; init; } = new();

    /// <summary>The node's part in the managers' quorum; absent on a worker.</summary>
    public ManagerStatus? ManagerStatus { get; init; }

    /// <summary>
    /// Worker or manager, as the leader has settled it: certificates follow it. <see cref="NodeSpec.Role"/> is what is wanted; the two differ
    /// while a promotion or demotion is under way. Null in state that was written before it was kept: a manager is one as long as it has its status. Not shown.
    /// </summary>
    [JsonIgnore]
    public NodeRole? Role { get; init; }

    /// <summary>The role in the certificate by which the node opened its last session; null where it opened none. Not shown.</summary>
    [JsonIgnore]
    public NodeRole? SessionRole { get; init; }

    /// <summary>What the node is at present: a manager from when its promotion is granted until it is out of the quorum.</summary>
    [JsonIgnore]
    public NodeRole CurrentRole => Role ?? (ManagerStatus is null ? Spec.Role ?? NodeRole.Worker : NodeRole.Manager);

    /// <summary>The node's own gateway address in each of the swarm's networks that it takes part in. Not shown.</summary>
    [JsonIgnore]
    public ValueList<NodeGateway>? Gateways { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Node;
}

/// <summary>A node's own gateway address in a network of the swarm.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="Address">The address, without a prefix length.</param>
public sealed record NodeGateway(string NetworkId, string Address);

/// <summary>What the administrator wants of a node.</summary>
public sealed record NodeSpec
{
    /// <summary>A name besides the host's.</summary>
    public string? Name { get; init; }

    /// <summary>Labels that placement constraints and spread preferences look at.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>Worker or manager.</summary>
    public NodeRole? Role { get; init; }

    /// <summary>Whether tasks may be placed there.</summary>
    public NodeAvailability? Availability { get; init; }
}

/// <summary>What a node is for.</summary>
public enum NodeRole
{
    /// <summary>Runs tasks.</summary>
    Worker,

    /// <summary>Runs tasks and keeps the store.</summary>
    Manager,
}

/// <summary>Whether tasks may be placed on a node.</summary>
public enum NodeAvailability
{
    /// <summary>New tasks come, running ones stay.</summary>
    Active,

    /// <summary>No new tasks, running ones stay.</summary>
    Pause,

    /// <summary>No new tasks, running ones move away.</summary>
    Drain,
}

/// <summary>Whether a node can run tasks and serve the published ports.</summary>
public enum NodeState
{
    /// <summary>Connected and not ready, for the reason in <see cref="NodeStatus.Message"/>; or never heard from.</summary>
    Unknown,

    /// <summary>Not heard from for the heartbeat period.</summary>
    Down,

    /// <summary>Connected; its engine answers, and its networks, names and published ports are as the leader wants them.</summary>
    Ready,

    /// <summary>Left the swarm.</summary>
    Disconnected,
}

/// <summary>Whether a manager is heard from by the leader.</summary>
public enum Reachability
{
    /// <summary>Not known yet.</summary>
    Unknown,

    /// <summary>Not heard from.</summary>
    Unreachable,

    /// <summary>Heard from.</summary>
    Reachable,
}

/// <summary>Whether a node is heard from, and from where.</summary>
public sealed record NodeStatus
{
    /// <summary>Whether it can run tasks and serve the published ports.</summary>
    public NodeState State { get; init; }

    /// <summary>Why it is in this state; null where there is nothing to say.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// Ids of networks that the node's data plane could not apply, where that alone keeps the node from being ready; else null. Not shown.
    /// </summary>
    [JsonIgnore]
    public ValueList<string>? Unapplied { get; init; }

    /// <summary>The address it speaks from.</summary>
    public string? Addr { get; init; }

    /// <summary>Whether the node has a session with the leader and an engine that answers, so that it runs what it is given.</summary>
    [JsonIgnore]
    public bool IsConnected => State == NodeState.Ready || (State == NodeState.Unknown && Unapplied is not null);
}

/// <summary>A manager's part in the quorum.</summary>
public sealed record ManagerStatus
{
    /// <summary>Whether it leads.</summary>
    public bool? Leader { get; init; }

    /// <summary>Whether the leader hears from it.</summary>
    public Reachability Reachability { get; init; }

    /// <summary>Where managers reach it: <c>address:port</c>.</summary>
    public string? Addr { get; init; }
}

/// <summary>What a node says of itself.</summary>
public sealed record NodeDescription
{
    /// <summary>The machine's name.</summary>
    public string? Hostname { get; init; }

    /// <summary>The machine's kind.</summary>
    public Platform? Platform { get; init; }

    /// <summary>What the machine has to give.</summary>
    public TaskResources? Resources { get; init; }

    /// <summary>The container engine beside the agent.</summary>
    public EngineDescription? Engine { get; init; }

    /// <summary>Whom the node trusts.</summary>
    public TlsInfo? TLSInfo { get; init; }

    /// <summary>The address at which the node takes packets of the swarm's networks; absent where it is the one that it speaks from. Not shown.</summary>
    [JsonIgnore]
    public string? DataPathAddr { get; init; }

    /// <summary>The id of the node's tunnel for encrypted networks, another one after each start of its daemon; 0 where it has none. Not shown.</summary>
    [JsonIgnore]
    public ulong TunnelId { get; init; }
}

/// <summary>An operating system and a processor architecture.</summary>
public sealed record Platform
{
    /// <summary>The architecture as the kernel (<c>x86_64</c>) or Go (<c>amd64</c>) names it; empty fits any.</summary>
    public string? Architecture { get; init; }

    /// <summary>The operating system: <c>linux</c>, <c>windows</c>; empty fits any.</summary>
    public string? OS { get; init; }
}

/// <summary>The container engine of a node.</summary>
public sealed record EngineDescription
{
    /// <summary>The engine's version.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>The engine's labels (<c>engine.labels.*</c> in constraints).</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>The drivers the engine has.</summary>
    public ValueList<EnginePlugin>? Plugins { get; init; }
}

/// <summary>A driver of an engine.</summary>
/// <param name="Type">Its kind: <c>Network</c>, <c>Volume</c>, <c>Log</c> …</param>
/// <param name="Name">Its name.</param>
public sealed record EnginePlugin(string? Type = null, string? Name = null);
