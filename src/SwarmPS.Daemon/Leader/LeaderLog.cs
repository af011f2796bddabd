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
}
