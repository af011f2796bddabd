using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Api;

/// <summary>Events of the API: 3000 to 3099.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(3000, LogLevel.Information, "The API listens on {Address}")]
    internal static partial void Listening(this ILogger log, string address);

    [LoggerMessage(3001, LogLevel.Error, "{Method} {Path} failed (error {ErrorId})")]
    internal static partial void RequestFailed(this ILogger log, Exception fault, string method, string path, string errorId);

    [LoggerMessage(3002, LogLevel.Debug, "{Method} {Path} was refused: {Status} {Message}")]
    internal static partial void RequestRefused(this ILogger log, string method, string path, int status, string message);

    [LoggerMessage(3003, LogLevel.Debug, "Fields that are not known were passed over: {Fields}")]
    internal static partial void FieldsPassedOver(this ILogger log, string fields);

    [LoggerMessage(3004, LogLevel.Debug, "The engine's events ended: {Reason}")]
    internal static partial void EngineEventsEnded(this ILogger log, string reason);

    [LoggerMessage(3006, LogLevel.Debug, "The swarm's events ended for a client: {Reason}")]
    internal static partial void SwarmEventsEnded(this ILogger log, string reason);

    [LoggerMessage(3005, LogLevel.Debug, "Logs of task {TaskId} ended early: {Reason}")]
    internal static partial void TaskLogsEnded(this ILogger log, string taskId, string reason);
}
