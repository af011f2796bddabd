using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>The swarm as the connected node sees it.</summary>
public sealed record SwarmView
{
    /// <summary>The swarm's id; empty where the node is in none.</summary>
    public string Id { get; init; } = "";

    /// <summary>This node's id.</summary>
    public string NodeId { get; init; } = "";

    /// <summary>The address other nodes reach this one by.</summary>
    public string NodeAddress { get; init; } = "";

    /// <summary>inactive, pending, active, error or locked.</summary>
    public string LocalNodeState { get; init; } = "inactive";

    /// <summary>What keeps the node from working.</summary>
    public string Error { get; init; } = "";

    /// <summary>Nodes of the swarm.</summary>
    public int Nodes { get; init; }

    /// <summary>Managers among them.</summary>
    public int Managers { get; init; }

    /// <summary>When the swarm was made; null where there is none.</summary>
    public DateTime? CreatedAt { get; init; }

    /// <summary>What is wanted of the swarm.</summary>
    public SwarmSpec? Spec { get; init; }

    /// <summary>The daemon that was asked.</summary>
    public string Connection { get; init; } = "";

    internal static async Task<SwarmView> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var info = (await swarm.GetInfoAsync(stop).ConfigureAwait(false)).Swarm ?? new();
        return new()
        {
            Id = info.Cluster?.Id ?? "",
            NodeId = info.NodeId,
            NodeAddress = info.NodeAddr,
            LocalNodeState = info.LocalNodeState,
            Error = info.Error,
            Nodes = info.Nodes ?? 0,
            Managers = info.Managers ?? 0,
            CreatedAt = info.Cluster is { } cluster ? cluster.CreatedAt.ToDateTimeOffset().LocalDateTime : null,
            Spec = info.Cluster?.Spec,
            Connection = swarm.Endpoint.Address,
        };
    }
}
