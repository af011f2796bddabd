using System.Globalization;
using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmServiceLog;

/// <summary>Shows what the tasks of a service wrote.</summary>
/// <remarks>
/// <para>Lines of all tasks come as they are read, each with its task and node before it, as docker shows them. With <c>-Follow</c> they
/// come until the pipeline is stopped (Ctrl-C). Only log drivers that the engine can read back have lines: <c>json-file</c>,
/// <c>local</c> and <c>journald</c>.</para>
/// </remarks>
/// <example>
/// <para>Shows the last ten lines of each task.</para>
/// <code>
/// Receive-SwarmServiceLog web -Tail 10
/// </code>
/// </example>
/// <example>
/// <para>Shows what was written in the last ten minutes, with its times.</para>
/// <code>
/// Receive-SwarmServiceLog web -Since 10m -Timestamps
/// </code>
/// </example>
/// <example>
/// <para>Gives lines of standard error as plain text.</para>
/// <code>
/// Receive-SwarmServiceLog web | Where-Object IsError | ForEach-Object Text
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
[Cmdlet(VerbsCommunications.Receive, "SwarmServiceLog")]
[OutputType(typeof(SwarmLogLine), typeof(string))]
public sealed class ReceiveSwarmServiceLogCommand : SwarmCmdlet
{
    /// <summary>A name, an id or the beginning of an id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Goes on as more comes, until it is stopped.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Begins there: a time, or how long ago, as <c>10m</c>.</summary>
    /// <value>from the first line</value>
    [Parameter]
    [SinceTransformation]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The last lines of each task only.</summary>
    /// <value>all lines</value>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Each line with its time.</summary>
    [Parameter]
    public SwitchParameter Timestamps { get; set; }

    /// <summary>Plain texts without the task's name.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Service";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await swarm.GetServiceAsync(name, stop);
        var names = new TaskNames(swarm, service.Spec.Name ?? name);
        await foreach (var frame in swarm.ReadServiceLogAsync(service.Id, ToQuery(), stop))
        {
            var line = ReceivedLine.Read(frame, Timestamps);
            if (Raw)
                WriteObject(line.Time is { } time ? $"{time:O} {line.Text}" : line.Text);
            else
                WriteObject(new SwarmLogLine(line.Text, frame.Stderr, await names.TaskAsync(line.TaskId, stop), await names.NodeAsync(line.NodeId, stop), line.Time));
        }
    });

    /// <summary>What is asked for. Times go out as seconds since 1970, which every version reads.</summary>
    internal LogQuery ToQuery() => new()
    {
        Follow = Follow,
        Since = Since is { } since ? (since.ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture) : null,
        Tail = Tail?.ToString(CultureInfo.InvariantCulture),
        Timestamps = Timestamps,
    };
}
