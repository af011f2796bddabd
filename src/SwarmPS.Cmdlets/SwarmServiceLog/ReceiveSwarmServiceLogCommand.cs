using System.Globalization;
using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmServiceLog;

/// <summary>Shows what the tasks of a service wrote.</summary>
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
    [Parameter]
    [SinceTransformation]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The last lines of each task only.</summary>
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
