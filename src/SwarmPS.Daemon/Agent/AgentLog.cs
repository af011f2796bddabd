using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Agent;

/// <summary>What the agent logs: ids 3100 to 3199.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(3100, LogLevel.Information, "The engine at {Endpoint} answers")]
    internal static partial void EngineFound(this ILogger log, string endpoint);

    [LoggerMessage(3101, LogLevel.Error, "The engine is out of reach; tasks keep their statuses until it is back. {Reason}")]
    internal static partial void EngineLost(this ILogger log, string reason);

    [LoggerMessage(3102, LogLevel.Warning, "pulling image failed: image {Image} could not be pulled from its registry; this node uses its own copy. {Reason}")]
    internal static partial void PullFailedLocalUsed(this ILogger log, string image, string reason);

    [LoggerMessage(3103, LogLevel.Error, "pulling image failed: image {Image} could not be pulled, and this node has no copy of it. {Reason}")]
    internal static partial void PullFailed(this ILogger log, string image, string reason);

    [LoggerMessage(3104, LogLevel.Warning, "Task {Task} ended as {State}: {Reason}")]
    internal static partial void TaskFailed(this ILogger log, string task, string state, string reason);

    [LoggerMessage(3105, LogLevel.Warning, "Container {Container} of task {Task} could not be {Action}; trying again. {Reason}")]
    internal static partial void ContainerStuck(this ILogger log, string container, string task, string action, string reason);

    [LoggerMessage(3106, LogLevel.Error, "The runner of task {Task} failed")]
    internal static partial void RunnerFailed(this ILogger log, Exception fault, string task);

    [LoggerMessage(3119, LogLevel.Warning, "The networks of this node are not as they should be; trying again. {Reason}")]
    internal static partial void NetworksNotReached(this ILogger log, string reason);

    [LoggerMessage(3107, LogLevel.Warning, "The session with the managers ended; trying again. {Reason}")]
    internal static partial void SessionLost(this ILogger log, string reason);

    [LoggerMessage(3108, LogLevel.Information, "The session with the managers is open")]
    internal static partial void SessionOpen(this ILogger log);

    [LoggerMessage(3109, LogLevel.Warning, "Statuses could not be reported; trying again. {Reason}")]
    internal static partial void ReportFailed(this ILogger log, string reason);

    [LoggerMessage(3110, LogLevel.Information, "Removing container {Container} of task {Task}: the swarm knows nothing of it")]
    internal static partial void OrphanRemoved(this ILogger log, string container, string task);

    [LoggerMessage(3111, LogLevel.Error, "{Path} is damaged and was set aside as {Aside}; containers are found again by their labels. {Reason}")]
    internal static partial void DatabaseDamaged(this ILogger log, string path, string aside, string reason);

    [LoggerMessage(3112, LogLevel.Error, "{Path} could not be written; the agent goes on from memory and tries again. {Reason}")]
    internal static partial void DatabaseNotWritten(this ILogger log, string path, string reason);

    [LoggerMessage(3113, LogLevel.Warning, "Task {Task} in {Path} could not be read and is left out; the managers will send it again. {Reason}")]
    internal static partial void RowUnreadable(this ILogger log, string task, string path, string reason);

    [LoggerMessage(3114, LogLevel.Debug, "The stream with the manager at {Address} ended. {Reason}")]
    internal static partial void StreamEnded(this ILogger log, string address, string reason);
}
