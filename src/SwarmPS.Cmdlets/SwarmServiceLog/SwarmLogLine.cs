namespace SwarmPS.Cmdlets.SwarmServiceLog;

/// <summary>A line that a task of a service wrote.</summary>
public sealed record SwarmLogLine
{
    internal SwarmLogLine(string text, bool isError, string task, string node, DateTime? time) =>
        (Text, IsError, Task, Node, Time) = (text, isError, task, node, time);

    /// <summary>The line.</summary>
    public string Text { get; }

    /// <summary>Whether it was written to standard error.</summary>
    public bool IsError { get; }

    /// <summary>The task: service, slot and id, as <c>web.1.abc</c>.</summary>
    public string Task { get; }

    /// <summary>The name of its node.</summary>
    public string Node { get; }

    /// <summary>When it was written, where times were asked for.</summary>
    public DateTime? Time { get; }

    /// <summary>The line as tables show it: with its time, where asked for, and its task before it.</summary>
    public string Display => Time is { } time ? $"{time:O} {this}" : ToString();

    /// <summary>The line as docker shows it, with its task before it.</summary>
    public override string ToString() => $"{Task}@{Node} | {Text}";
}
