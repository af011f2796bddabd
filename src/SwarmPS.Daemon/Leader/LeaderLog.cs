using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Leader;

/// <summary>What the leader's loops log: ids 2200 to 2299.</summary>
internal static partial class LeaderLog
{
    [LoggerMessage(2200, LogLevel.Information, "Deciding for {Services} services, {Tasks} tasks, {Nodes} nodes")]
    internal static partial void DecidingAnew(this ILogger log, int services, int tasks, int nodes);

    [LoggerMessage(2201, LogLevel.Information, "The update of service {Service} is {State}: {Message}")]
    internal static partial void UpdateState(this ILogger log, string service, string state, string message);

    [LoggerMessage(2202, LogLevel.Warning, "What was decided could not be written, and is decided anew in {Seconds} s: {Reason}")]
    internal static partial void Refused(this ILogger log, double seconds, string reason);

    [LoggerMessage(2203, LogLevel.Information, "The keys of encrypted networks have changed")]
    internal static partial void TunnelKeysChanged(this ILogger log);

    [LoggerMessage(2210, LogLevel.Information, "The manager at {Address} was taken out of the quorum")]
    internal static partial void MemberRemoved(this ILogger log, System.Net.EndPoint address);

    [LoggerMessage(2211, LogLevel.Warning, "The managers could not be brought in line with the nodes' roles, and are looked at again in {Seconds} s: {Reason}")]
    internal static partial void MembersRefused(this ILogger log, double seconds, string reason);

    [LoggerMessage(2212, LogLevel.Information, "The manager {Node} at {Address} was taken into the quorum")]
    internal static partial void MemberAdded(this ILogger log, string node, System.Net.EndPoint address);
}
