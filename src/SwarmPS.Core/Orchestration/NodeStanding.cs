using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>What a node's state means for the tasks it has.</summary>
internal static class NodeStanding
{
    /// <summary>Nothing is heard from the node, or it is no more; what it ran cannot be relied on.</summary>
    public static bool IsGone(Node? node) => node is null || node.Status.State is NodeState.Down or NodeState.Disconnected;

    /// <summary>Whether replicas have to leave the node.</summary>
    public static bool IsLost(Node? node) => IsGone(node) || node!.Spec.Availability == NodeAvailability.Drain;

    /// <summary>Whether the node takes new tasks.</summary>
    public static bool TakesTasks(Node node) =>
        node.Status.IsConnected && node.Spec.Availability is null or NodeAvailability.Active;

    /// <summary>Whether a task runs no more, or never will, as far as can be known.</summary>
    public static bool HasStopped(SwarmTask task, Node? node) =>
        task.Status.State > TaskState.Running || task.Status.State < TaskState.Assigned || IsGone(node);

    /// <summary>Whether nothing is left of a task anywhere. A node that is down may still have it, and is told when it is back.</summary>
    public static bool IsOver(SwarmTask task, Node? node) =>
        task.Status.State > TaskState.Running || task.Status.State < TaskState.Assigned || node is null;
}
