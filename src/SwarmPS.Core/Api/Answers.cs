using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>The answer to a create: the new object's id.</summary>
public sealed record CreateAnswer
{
    /// <summary>The new object.</summary>
    [JsonProperty("ID")]
    public string Id { get; init; } = "";

    /// <summary>What the user should know.</summary>
    public ValueList<string>? Warnings { get; init; }
}

/// <summary>The answer to an update.</summary>
/// <param name="Warnings">What the user should know.</param>
public sealed record UpdateAnswer(ValueList<string>? Warnings = null);

/// <summary>What <c>GET /version</c> tells of daemon and engine.</summary>
public sealed record VersionAnswer
{
    /// <summary>The engine's version.</summary>
    public string? Version { get; init; }

    /// <summary>The newest API version that is spoken.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The oldest.</summary>
    public string? MinAPIVersion { get; init; }

    /// <summary>The operating system.</summary>
    public string? Os { get; init; }

    /// <summary>The architecture.</summary>
    public string? Arch { get; init; }
}

/// <summary>The part of <c>GET /info</c> that tells where the node stands.</summary>
public sealed record InfoAnswer
{
    /// <summary>The node's name.</summary>
    public string? Name { get; init; }

    /// <summary>The engine's version.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The node's swarm.</summary>
    public SwarmInfo? Swarm { get; init; }
}

/// <summary>The swarm as one of its nodes sees it: the <c>Swarm</c> block of <c>GET /info</c>.</summary>
public sealed record SwarmInfo
{
    /// <summary>This node.</summary>
    [JsonProperty("NodeID")]
    public string NodeId { get; init; } = "";

    /// <summary>The address other nodes reach it by.</summary>
    public string NodeAddr { get; init; } = "";

    /// <summary>inactive, pending, active, error or locked.</summary>
    public string LocalNodeState { get; init; } = "inactive";

    /// <summary>Whether this node can change the swarm.</summary>
    public bool ControlAvailable { get; init; }

    /// <summary>What keeps the node from working.</summary>
    public string Error { get; init; } = "";

    /// <summary>Managers of the swarm.</summary>
    public ValueList<RemoteManager>? RemoteManagers { get; init; }

    /// <summary>Nodes of the swarm.</summary>
    public int? Nodes { get; init; }

    /// <summary>Managers among them.</summary>
    public int? Managers { get; init; }

    /// <summary>The swarm itself, without its tokens.</summary>
    public SwarmObject? Cluster { get; init; }
}

/// <summary>A manager as a node knows it.</summary>
/// <param name="NodeId">The manager.</param>
/// <param name="Addr">Where it answers.</param>
public sealed record RemoteManager([property: JsonProperty("NodeID")] string NodeId, string Addr);

/// <summary>How far a service is from what is wanted: one line of <c>GET /swarmps/services/ID/convergence</c>.</summary>
public sealed record Convergence
{
    /// <summary>Tasks that should run.</summary>
    public int Desired { get; init; }

    /// <summary>Tasks of the present spec that run.</summary>
    public int Running { get; init; }

    /// <summary>Tasks that have completed; null but for jobs.</summary>
    public int? Completed { get; init; }

    /// <summary>converging, converged or failed.</summary>
    public string State { get; init; } = "converging";

    /// <summary>What is going on, for a reader.</summary>
    public string? Message { get; init; }

    /// <summary>What tasks say went wrong, each once.</summary>
    public ValueList<string>? Errors { get; init; }
}

/// <summary>What a node found when it tried its networks: a line of <c>GET /swarmps/networks/check</c>.</summary>
public sealed record NetworkCheckAnswer
{
    /// <summary>The node.</summary>
    [JsonProperty("NodeID")]
    public string NodeId { get; init; } = "";

    /// <summary>Its name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>How many nodes there are to be asked.</summary>
    public int Nodes { get; init; }

    /// <summary>What it found.</summary>
    public ValueList<NetworkFinding> Findings { get; init; } = [];
}
