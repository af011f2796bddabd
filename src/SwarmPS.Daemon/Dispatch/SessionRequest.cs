using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What a node opens its session with.</summary>
/// <param name="NodeId">The node; who it is must be certain.</param>
/// <param name="Address">The address it speaks from.</param>
/// <param name="Description">What it is.</param>
/// <param name="Role">The role in its certificate.</param>
/// <param name="Heartbeat">When it was last heard; null for the node of this very process.</param>
/// <param name="Condition">Whether it can do a ready node's work; null for a node that does not tell.</param>
internal sealed record SessionRequest(string NodeId, string Address, NodeDescription Description, NodeRole Role, Heartbeat? Heartbeat, ConditionSource? Condition);
