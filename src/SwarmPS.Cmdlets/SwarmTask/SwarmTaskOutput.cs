namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>A line that a command in a task wrote.</summary>
public sealed record SwarmTaskOutput
{
    internal SwarmTaskOutput(SwarmTaskInfo task, string text, bool isError) =>
        (Text, IsError, Task, TaskId, Node) = (text, isError, task.Name, task.Id, task.Node);

    /// <summary>The line.</summary>
    public string Text { get; }

    /// <summary>Whether it was written to standard error.</summary>
    public bool IsError { get; }

    /// <summary>The stream it was written to: <c>stdout</c> or <c>stderr</c>.</summary>
    public string Stream => IsError ? "stderr" : "stdout";

    /// <summary>The task: service and slot, as <c>web.1</c>.</summary>
    public string Task { get; }

    /// <summary>The task's id.</summary>
    public string TaskId { get; }

    /// <summary>The name of its node.</summary>
    public string Node { get; }

    /// <summary>The line as tables show it, with its task before it.</summary>
    public override string ToString() => $"{Task}@{Node} | {Text}";
}

/// <summary>How a command ended in a task.</summary>
public sealed record SwarmTaskResult
{
    internal SwarmTaskResult(SwarmTaskInfo task, int? exitCode, IEnumerable<SwarmTaskOutput> lines)
    {
        (Task, TaskId, Node, ExitCode) = (task.Name, task.Id, task.Node, exitCode);
        var streams = lines.ToLookup(line => line.IsError, line => line.Text);
        (Output, Error) = ([.. streams[false]], [.. streams[true]]);
    }

    /// <summary>The task: service and slot, as <c>web.1</c>.</summary>
    public string Task { get; }

    /// <summary>The task's id.</summary>
    public string TaskId { get; }

    /// <summary>The name of its node.</summary>
    public string Node { get; }

    /// <summary>The command's exit code; null where it was left running.</summary>
    public int? ExitCode { get; }

    /// <summary>What it wrote to standard output, line by line; nothing where the lines were given as they came.</summary>
    public string[] Output { get; }

    /// <summary>What it wrote to standard error, likewise.</summary>
    public string[] Error { get; }
}
