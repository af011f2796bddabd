using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Decides a connected node's status from what it says of itself and what it was asked to confirm.</summary>
internal static class NodeReadiness
{
    /// <summary>Characters of a node's own words that its status keeps.</summary>
    public const int MessageMax = 1_000;

    /// <summary>Characters of an id.</summary>
    private const int IdMax = 64;

    /// <summary>Networks that a node's status keeps as not applied.</summary>
    public const int NetworksMax = 1_000;

    /// <summary>
    /// The status of a node with a session. A node that is ready stays so while it says nothing else: changes that are on their way to it
    /// come to every ready node a moment later than to the store.
    /// </summary>
    /// <param name="now">Its status so far.</param>
    /// <param name="condition">What it says; null where it does not tell, and is ready with its session.</param>
    /// <param name="asked">What it has to confirm; 0 where it was not asked yet.</param>
    /// <param name="ingress">The network of the published ports, where the node has no address in it yet; else null.</param>
    public static NodeStatus StatusOf(NodeStatus now, NodeCondition? condition, ulong asked, string? ingress) => condition switch
    {
        null => Ready(now),
        { EngineAnswers: false } => Not(now, "The container engine beside the node does not answer.", null),
        { Fault: { } fault } => Not(now, Cut(fault), Known(condition.Unapplied)),
        _ when now.State == NodeState.Ready || (asked != 0 && condition.Confirmed == asked) => Ready(now),
        _ when asked == 0 && ingress is not null => Not(now, "The node waits for an address in the network of the published ports.", [ingress]),
        _ => Not(now, "The node applies its networks and published ports.", null),
    };

    /// <summary>The status of a node whose session begins: one that was ready stays so if its daemon has gone on running all the time.</summary>
    public static NodeStatus AtStart(NodeStatus before, string address, NodeCondition? condition) =>
        StatusOf(before with { Addr = address, State = condition?.Confirmed == 0 ? NodeState.Unknown : before.State }, condition, 0, null);

    private static NodeStatus Ready(NodeStatus now) => new() { State = NodeState.Ready, Addr = now.Addr };

    private static NodeStatus Not(NodeStatus now, string why, ValueList<string>? unapplied) => new() { State = NodeState.Unknown, Addr = now.Addr, Message = why, Unapplied = unapplied };

    /// <summary>What can be ids; a node may send anything.</summary>
    private static ValueList<string> Known(ValueList<string>? ids) => ids.OrEmpty().Where(id => id is { Length: > 0 and <= IdMax }).Take(NetworksMax).ToValueList();

    private static string Cut(string text) => text.Length <= MessageMax ? text : text[..MessageMax];
}
