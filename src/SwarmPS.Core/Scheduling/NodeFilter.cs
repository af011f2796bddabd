using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>Why nodes do not fit, told of one node and of several: "1 node is drained", "2 nodes are drained".</summary>
internal sealed record Refusal(string OfOne, string OfMany)
{
    public string Of(int nodes) => string.Create(CultureInfo.InvariantCulture, $"{nodes} {(nodes == 1 ? "node " + OfOne : "nodes " + OfMany)}");
}

/// <summary>A condition that a node must meet to get a task. Made for one group of equal tasks.</summary>
internal abstract class NodeFilter
{
    /// <summary>Whether the answer depends on what else is on the node, and so must be asked for each task anew.</summary>
    public virtual bool DependsOnLoad => false;

    /// <summary>Null where the node fits.</summary>
    public abstract Refusal? Check(NodeLoad load);
}

/// <summary>The node runs what it is given, and the administrator lets it have tasks.</summary>
internal sealed class ReadyFilter : NodeFilter
{
    private static readonly Refusal Down = new("is down", "are down");
    private static readonly Refusal Unknown = new("is not ready", "are not ready");
    private static readonly Refusal Paused = new("is paused", "are paused");
    private static readonly Refusal Drained = new("is drained", "are drained");

    public static readonly ReadyFilter Instance = new();

    public static bool TakesTasks(Node node) => Check(node) is null;

    public override Refusal? Check(NodeLoad load) => Check(load.Node);

    private static Refusal? Check(Node node) => (node.Status.State, node.Spec.Availability ?? NodeAvailability.Active) switch
    {
        (_, NodeAvailability.Drain) => Drained,
        (NodeState.Down or NodeState.Disconnected, _) => Down,
        (NodeState.Unknown, _) when !node.Status.IsConnected => Unknown,
        (_, NodeAvailability.Pause) => Paused,
        _ => null,
    };
}
