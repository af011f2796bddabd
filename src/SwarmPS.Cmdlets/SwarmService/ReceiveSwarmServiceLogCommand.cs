using System.Globalization;
using System.Management.Automation;
using System.Text;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>A line of a task's output.</summary>
public sealed record SwarmLogLine
{
    /// <summary>The task, or empty where the daemon did not say.</summary>
    public string TaskId { get; init; } = "";

    /// <summary>The node it ran on.</summary>
    public string NodeId { get; init; } = "";

    /// <summary>Whether it came from standard error.</summary>
    public bool IsError { get; init; }

    /// <summary>When it was written; with -Timestamps.</summary>
    public DateTime? Time { get; init; }

    /// <summary>The line.</summary>
    public string Message { get; init; } = "";

    /// <summary>The line.</summary>
    public override string ToString() => Message;
}

/// <summary>Shows what the tasks of a service have written.</summary>
[Cmdlet(VerbsCommunications.Receive, "SwarmServiceLog")]
[OutputType(typeof(SwarmLogLine), typeof(string))]
public sealed class ReceiveSwarmServiceLogCommand : SwarmCmdlet
{
    private const string TaskAttribute = "com.docker.swarm.task.id";
    private const string NodeAttribute = "com.docker.swarm.node.id";

    /// <summary>The service: name, id or beginning of an id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Go on as more comes, until Ctrl-C.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Begin there: a time, or a duration back from now as <c>10m</c>.</summary>
    [Parameter]
    public string? Since { get; set; }

    /// <summary>The last lines of each task only.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; }

    /// <summary>Each line with its time.</summary>
    [Parameter]
    public SwitchParameter Timestamps { get; set; }

    /// <summary>Bare text in place of objects.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var query = new LogQuery
        {
            Follow = Follow,
            Since = Since is null ? null : Start(Since),
            Tail = Bound(nameof(Tail)) ? Tail.ToString(CultureInfo.InvariantCulture) : null,
            Timestamps = Timestamps,
        };
        await foreach (var frame in Swarm.ReadServiceLogAsync(Name, query, stop))
        {
            var line = Read(frame);
            WriteObject(Raw ? line.Message : line);
        }
    }

    /// <summary>A duration counts back from now.</summary>
    private static string Start(string text)
    {
        if (SwarmPS.Notation.Durations.TryParse(text, out var back) && !text.Contains('-', StringComparison.Ordinal))
            return (TimeProvider.System.GetUtcNow() - back).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return DateTimeOffset.TryParse(text, CultureInfo.CurrentCulture, DateTimeStyles.AssumeLocal, out var time)
            ? time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
            : throw new FormatException($"'{text}' is neither a time nor a duration. Write 2026-01-31T08:00, or 10m for the last ten minutes.");
    }

    /// <summary>A frame is: the time, if asked for; attributes; the line.</summary>
    private SwarmLogLine Read(LogFrame frame)
    {
        var rest = Encoding.UTF8.GetString(frame.Data).TrimEnd('\n', '\r');
        DateTime? time = null;
        if (Timestamps && Cut(ref rest) is { } stamp && Model.Timestamp.TryParse(stamp, out var at))
            time = at.ToDateTimeOffset().LocalDateTime;
        var attributes = (Cut(ref rest) ?? "").Split(',').Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);
        return new()
        {
            TaskId = attributes.GetValueOrDefault(TaskAttribute, ""),
            NodeId = attributes.GetValueOrDefault(NodeAttribute, ""),
            IsError = frame.Stderr,
            Time = time,
            Message = rest,
        };
    }

    private static string? Cut(ref string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
            return null;
        var first = text[..space];
        text = text[(space + 1)..];
        return first;
    }
}
