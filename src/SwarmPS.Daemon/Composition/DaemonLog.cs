using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>The daemon's log lines of this room: 1000 to 1099.</summary>
internal static partial class DaemonLog
{
    /// <summary>A log that goes to standard error.</summary>
    public static ILoggerFactory Create(DaemonOptions options) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(options.LogLevel);
        // A request's every step is a framework's matter, not an administrator's.
        logging.AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        logging.AddFilter("DotNext", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        logging.AddFilter("Yarp", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        // Each refusal of a call is a line there; whoever refused says what an administrator has to know.
        logging.AddFilter("Grpc", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
            return;
        }
        logging.AddSimpleConsole(text => (text.SingleLine, text.UseUtcTimestamp, text.TimestampFormat) = (true, true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' "));
    });

    [LoggerMessage(1000, LogLevel.Information, "swarmpsd answers at {Hosts}; engine {Engine}; data root {DataRoot}")]
    internal static partial void Ready(this ILogger log, string hosts, string engine, string dataRoot);

    [LoggerMessage(1001, LogLevel.Information, "Stopping; containers stay as they are")]
    internal static partial void Stopping(this ILogger log);

    [LoggerMessage(1002, LogLevel.Information, "Made swarm {SwarmId}; this is node {NodeId}")]
    internal static partial void Initialized(this ILogger log, string swarmId, string nodeId);

    [LoggerMessage(1003, LogLevel.Information, "Back in swarm {SwarmId} as node {NodeId}")]
    internal static partial void Resumed(this ILogger log, string swarmId, string nodeId);

    [LoggerMessage(1004, LogLevel.Information, "Left the swarm")]
    internal static partial void Left(this ILogger log);

    [LoggerMessage(1005, LogLevel.Error, "This node cannot go on in its swarm: {Reason}")]
    internal static partial void Faulted(this ILogger log, string reason, Exception cause);

    [LoggerMessage(1015, LogLevel.Warning, "This node was removed from its swarm: its tasks were stopped and their containers removed")]
    internal static partial void RemovedHere(this ILogger log);

    [LoggerMessage(1006, LogLevel.Warning, "The engine at {Engine} is out of reach, so the swarm's containers stay there; remove them by hand: docker ps -a --filter label=com.docker.swarm.task.id")]
    internal static partial void ContainersLeft(this ILogger log, string engine);

    [LoggerMessage(1007, LogLevel.Information, "Joined the swarm as {Role}; this is node {NodeId}")]
    internal static partial void Joined(this ILogger log, NodeRole role, string nodeId);

    [LoggerMessage(1010, LogLevel.Warning, "This manager is locked: it needs the unlock key (docker swarm unlock, Unlock-Swarm)")]
    internal static partial void Locked(this ILogger log);

    [LoggerMessage(1011, LogLevel.Warning, "Swarm {SwarmId} goes on with this manager alone; the others are workers now")]
    internal static partial void MadeAnew(this ILogger log, string swarmId);

    [LoggerMessage(1008, LogLevel.Warning, "This manager asks the others what it is, for it is no member of the quorum or hears of no leader: {Reason}")]
    internal static partial void SeatWaits(this ILogger log, string reason);

    [LoggerMessage(1009, LogLevel.Information, "This node is a {Role} now")]
    internal static partial void RoleTaken(this ILogger log, NodeRole role);

    [LoggerMessage(1012, LogLevel.Warning, "This node is to be a {Role}, which did not come about; it is tried again: {Reason}")]
    internal static partial void RoleRefused(this ILogger log, NodeRole role, string reason);

    [LoggerMessage(1014, LogLevel.Warning, "The other managers are a quorum: this one is a member no more, its damaged files are put aside in the data root (damaged-TIME, in place of earlier ones), and it joins anew. {Damage}")]
    internal static partial void PutAside(this ILogger log, string damage);

    [LoggerMessage(1013, LogLevel.Warning, "The other managers could not be told that this one leaves: {Reason}. Remove it there: docker node demote, docker node rm (Set-SwarmNode, Remove-SwarmNode)")]
    internal static partial void LeftUntold(this ILogger log, string reason);
}
