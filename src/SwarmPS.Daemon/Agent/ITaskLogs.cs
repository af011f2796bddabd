namespace SwarmPS.Daemon.Agent;

/// <summary>Which of a task's output is wanted.</summary>
public sealed record TaskLogOptions
{
    /// <summary>Standard output.</summary>
    public bool Stdout { get; init; }

    /// <summary>Standard error.</summary>
    public bool Stderr { get; init; }

    /// <summary>Go on as more comes.</summary>
    public bool Follow { get; init; }

    /// <summary>Begin there: a time in seconds since 1970 with a fraction, or RFC 3339; empty for the start.</summary>
    public string Since { get; init; } = "";

    /// <summary>The last lines only: a number, or <c>all</c>.</summary>
    public string Tail { get; init; } = "all";

    /// <summary>Each line with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Each line with the log's own attributes.</summary>
    public bool Details { get; init; }
}

/// <summary>A piece of a task's output: a line, as the log driver kept it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Stderr">Whether it came from standard error.</param>
/// <param name="Data">The line with its line feed (and its time or attributes, where asked for).</param>
public sealed record TaskLogLine(string TaskId, bool Stderr, ReadOnlyMemory<byte> Data);

/// <summary>Reads the output of tasks on this node.</summary>
public interface ITaskLogs
{
    /// <summary>The output of one task's container; ends when there is no more, or with the container when following.</summary>
    IAsyncEnumerable<TaskLogLine> ReadAsync(string taskId, TaskLogOptions options, CancellationToken stop);
}
