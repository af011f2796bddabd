using System.Text;
using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Logs;

/// <summary>A line of a task's output with the time it was written.</summary>
/// <param name="Task">The task.</param>
/// <param name="Stderr">Whether it came from standard error.</param>
/// <param name="Time">When it was written, as RFC 3339 text that sorts by time.</param>
/// <param name="Text">The line without its time.</param>
internal readonly record struct LogLine(SwarmTask Task, bool Stderr, string Time, ReadOnlyMemory<byte> Text)
{
    /// <summary>Splits off the time that the engine put before a line.</summary>
    public static LogLine Of(SwarmTask task, TaskLogLine line)
    {
        var space = line.Data.Span.IndexOf((byte)' ');
        return space < 0
            ? new(task, line.Stderr, "", line.Data)
            : new(task, line.Stderr, Encoding.ASCII.GetString(line.Data.Span[..space]), line.Data[(space + 1)..]);
    }

    /// <summary>A line of ours that stands where a task's output could not be had.</summary>
    public static LogLine Missing(SwarmTask task, string reason, Timestamp now) =>
        new(task, Stderr: true, now.ToString(), Encoding.UTF8.GetBytes($"swarmpsd: {reason}\n"));
}
