using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Consensus;

/// <summary>What consensus logs: ids 2100 to 2199.</summary>
internal static partial class ConsensusLog
{
    [LoggerMessage(2100, LogLevel.Information, "The replicated log is open: {Entries} entries, {Applied} applied, in {Milliseconds} ms")]
    internal static partial void LogOpened(this ILogger log, long entries, long applied, long milliseconds);

    [LoggerMessage(2101, LogLevel.Information, "This manager leads")]
    internal static partial void LeadershipGained(this ILogger log);

    [LoggerMessage(2102, LogLevel.Information, "This manager does not lead any more")]
    internal static partial void LeadershipLost(this ILogger log);

    [LoggerMessage(2103, LogLevel.Error, "Something that runs while this manager leads has failed; it steps down")]
    internal static partial void SteppingDown(this ILogger log, Exception fault);

    [LoggerMessage(2104, LogLevel.Critical, "The replicated log has failed; this manager takes no more part")]
    internal static partial void LogFailed(this ILogger log, Exception fault);

    [LoggerMessage(2105, LogLevel.Warning, "A change is refused: {Free} bytes are free where the log in {Path} lies, {Reserve} are kept in reserve")]
    internal static partial void DiskFull(this ILogger log, long free, string path, long reserve);

    [LoggerMessage(2106, LogLevel.Information, "Checkpoint at entry {Index}: {Objects} objects in {Milliseconds} ms")]
    internal static partial void CheckpointWritten(this ILogger log, long index, int objects, long milliseconds);

    [LoggerMessage(2108, LogLevel.Information, "This manager is to be a worker: it hands the lead over to another one")]
    internal static partial void HandingOver(this ILogger log);

    [LoggerMessage(2109, LogLevel.Warning, "No other manager took the lead within {Seconds} s; this one stands for election again")]
    internal static partial void HandOverFailed(this ILogger log, double seconds);

    [LoggerMessage(2107, LogLevel.Error, "A checkpoint could not be written; the log keeps what it would have held")]
    internal static partial void CheckpointFailed(this ILogger log, Exception fault);
}
