using Grpc.Core;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>How an agent on another machine gets its tasks and tells how far they have come.</summary>
internal static class DispatchCalls
{
    private const string Service = "swarmps.Dispatcher";

    /// <summary>Bytes of what a node says in its session at once.</summary>
    private const int SaidBytesMax = 4 << 20;

    /// <summary>Bytes of one report of statuses.</summary>
    private const int ReportBytesMax = 4 << 20;

    /// <summary>A node's session, for as long as the node is heard.</summary>
    public static readonly Method<SessionUp, SessionDown> Session =
        RpcMethod.Duplex<SessionUp, SessionDown, DispatchEncoders>(Service, "Session", SaidBytesMax);

    /// <summary>Takes statuses; answers once they are durable.</summary>
    public static readonly Method<StatusesUp, StatusesDown> Report =
        RpcMethod.Unary<StatusesUp, StatusesDown, DispatchEncoders>(Service, "ReportStatuses", ReportBytesMax);
}

/// <summary>What a node says in its session: first who it is, later that it is there and in which condition.</summary>
/// <param name="Description">What the node is, in the first message.</param>
/// <param name="Address">The address it wants to be known by; the one it speaks from where it says nothing.</param>
/// <param name="Condition">Whether it can do a ready node's work, in the first message and when that changes; null in a mere beat.</param>
internal sealed record SessionUp(NodeDescription? Description = null, string? Address = null, NodeCondition? Condition = null);

/// <summary>What a node is told in its session.</summary>
/// <param name="Terms">What has changed about the session itself.</param>
/// <param name="Assignments">Tasks, or a part of them.</param>
/// <param name="More">Whether the next message has further tasks that belong to these.</param>
internal sealed record SessionDown(SessionTerms? Terms = null, Assignments? Assignments = null, bool More = false);

/// <summary>What a node must know to keep its session, and to find the next one.</summary>
/// <param name="BeatEvery">How often the node must be heard.</param>
/// <param name="Managers">All managers.</param>
/// <param name="Role">What the node is to be; where its certificate says otherwise, it renews that.</param>
/// <param name="Roots">The roots to trust, PEM; where the node trusts others, it renews its certificate, which brings them. Null from a manager that does not say.</param>
internal sealed record SessionTerms(TimeSpan BeatEvery, ValueList<ManagerAddress> Managers, NodeRole Role = NodeRole.Worker, string? Roots = null);

/// <summary>Where a manager is reached.</summary>
/// <param name="NodeId">The manager.</param>
/// <param name="Address">Where: <c>IP:PORT</c>.</param>
internal sealed record ManagerAddress(string NodeId, string Address);

/// <summary>Statuses of a node's tasks.</summary>
/// <param name="Reports">The statuses.</param>
internal sealed record StatusesUp(IReadOnlyList<TaskStatusReport> Reports);

/// <summary>They are durable.</summary>
internal sealed record StatusesDown;

/// <summary>How the messages are written and read.</summary>
[Encodes<SessionUp>]
[Encodes<SessionDown>]
[Encodes<StatusesUp>]
[Encodes<StatusesDown>]
internal sealed partial class DispatchEncoders;
