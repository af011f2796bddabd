using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What the dispatcher logs: ids 3200 to 3299.</summary>
internal static partial class DispatchLog
{
    [LoggerMessage(3200, LogLevel.Information, "Node ready (id={NodeId}, hostname={Hostname})")]
    internal static partial void NodeReady(this ILogger log, string nodeId, string hostname);

    [LoggerMessage(3204, LogLevel.Information, "Node session opened (id={NodeId}, hostname={Hostname})")]
    internal static partial void SessionOpened(this ILogger log, string nodeId, string hostname);

    [LoggerMessage(3205, LogLevel.Warning, "Node not ready (id={NodeId}, hostname={Hostname}): {Reason}")]
    internal static partial void NodeNotReady(this ILogger log, string nodeId, string hostname, string reason);

    [LoggerMessage(3201, LogLevel.Warning, "Node {NodeId} has not been heard from and counts as down")]
    internal static partial void NodeSilent(this ILogger log, string nodeId);

    [LoggerMessage(3206, LogLevel.Warning, "A message of node {NodeId} was refused (call={Call}): {Reason}")]
    internal static partial void MessageRefused(this ILogger log, string nodeId, string call, string reason);

    [LoggerMessage(3207, LogLevel.Warning, "Nodes {NodeIds} could not be shown as faulty: {Reason}")]
    internal static partial void FaultNotShown(this ILogger log, string nodeIds, string reason);

    [LoggerMessage(3202, LogLevel.Information, "This node's session is with the manager at {Address}")]
    internal static partial void SessionWith(this ILogger log, string address);

    [LoggerMessage(3203, LogLevel.Warning, "This manager did not get to run for {Seconds:0.0} s; nodes are given as much longer to be heard. Where it happens often, the machine has too little processor time")]
    internal static partial void TimeLost(this ILogger log, double seconds);
}
