using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>The swarm as the daemon's node sees it. Settings are there on a manager alone.</summary>
public sealed record SwarmClusterInfo
{
    internal SwarmClusterInfo(SwarmInfo node)
    {
        var cluster = node.Cluster;
        Id = cluster?.Id ?? "";
        LocalNodeState = node.LocalNodeState;
        NodeId = node.NodeId;
        NodeAddress = node.NodeAddr;
        IsManager = node.ControlAvailable;
        Nodes = node.Nodes;
        Managers = node.Managers;
        Error = node.Error;
        CreatedAt = cluster?.CreatedAt.ToLocalTime();
        UpdatedAt = cluster?.UpdatedAt.ToLocalTime();
        TaskHistoryLimit = cluster?.Spec.Orchestration?.TaskHistoryRetentionLimit;
        DispatcherHeartbeat = cluster?.Spec.Dispatcher?.HeartbeatPeriod;
        CertificateExpiry = cluster?.Spec.CAConfig?.NodeCertExpiry;
        Autolock = cluster?.Spec.EncryptionConfig?.AutoLockManagers;
        DefaultAddressPool = cluster?.DefaultAddrPool.OrEmpty().ToArray() ?? [];
        SubnetSize = cluster?.SubnetSize;
        DataPathPort = cluster?.DataPathPort;
        RebalanceBudget = cluster is null ? null : Notation.RebalanceBudget.Of(cluster.Spec.Labels);
        Spec = cluster?.Spec;
    }

    /// <summary>The swarm; empty where the node is in none, or no manager.</summary>
    public string Id { get; }

    /// <summary>Where the node stands: inactive, pending, active, error or locked.</summary>
    public string LocalNodeState { get; }

    /// <summary>The node.</summary>
    public string NodeId { get; }

    /// <summary>The address other nodes reach it by.</summary>
    public string NodeAddress { get; }

    /// <summary>Whether the node can change the swarm.</summary>
    public bool IsManager { get; }

    /// <summary>Nodes of the swarm.</summary>
    public int? Nodes { get; }

    /// <summary>Managers among them.</summary>
    public int? Managers { get; }

    /// <summary>What keeps the node from working.</summary>
    public string Error { get; }

    /// <summary>When the swarm was made.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>When its settings last changed.</summary>
    public DateTime? UpdatedAt { get; }

    /// <summary>Ended tasks kept per slot.</summary>
    public long? TaskHistoryLimit { get; }

    /// <summary>The time between two heartbeats of a node.</summary>
    public TimeSpan? DispatcherHeartbeat { get; }

    /// <summary>How long a node's certificate is valid.</summary>
    public TimeSpan? CertificateExpiry { get; }

    /// <summary>Whether managers start locked.</summary>
    public bool? Autolock { get; }

    /// <summary>Address pools that networks take their subnets from.</summary>
    public string[] DefaultAddressPool { get; }

    /// <summary>The prefix length of a network's subnet.</summary>
    public uint? SubnetSize { get; }

    /// <summary>The UDP port of the data plane.</summary>
    public uint? DataPathPort { get; }

    /// <summary>How many tasks at a time are moved to nodes that came or came back after them.</summary>
    public int? RebalanceBudget { get; }

    /// <summary>The settings as the Engine API has them.</summary>
    public SwarmSpec? Spec { get; }
}
