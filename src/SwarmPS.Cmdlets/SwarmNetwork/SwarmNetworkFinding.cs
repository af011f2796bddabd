using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNetwork;

/// <summary>What a node found when it tried a part of a network.</summary>
public sealed record SwarmNetworkFinding
{
    internal SwarmNetworkFinding(NetworkCheckAnswer node, NetworkFinding finding) =>
        (NodeId, Node, Network, Check, Target, Ok, Message) = (node.NodeId, node.Hostname, finding.Network, finding.Check, finding.Other, finding.Ok, finding.Message);

    /// <summary>The network's name; empty where it is about the node as a whole.</summary>
    public string Network { get; }

    /// <summary>What was tried.</summary>
    public NetworkCheck Check { get; }

    /// <summary>The id of the node that tried it.</summary>
    public string NodeId { get; }

    /// <summary>The name of the node that tried it.</summary>
    public string Node { get; }

    /// <summary>The other node, where it was tried from one to another; else empty.</summary>
    public string Target { get; }

    /// <summary>Whether it is as it should be.</summary>
    public bool Ok { get; }

    /// <summary>What was found; where it is not as it should be, also why and what to do.</summary>
    public string Message { get; }
}
