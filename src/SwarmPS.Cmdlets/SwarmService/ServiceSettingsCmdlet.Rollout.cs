using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    /// <summary>
    /// Tasks an update replaces at a time; 0 for all at once. With 0 and <c>-UpdateOrder StartFirst</c> a whole new set starts beside the
    /// old one, which is stopped once all of the new one has run for the time it is watched.
    /// </summary>
    /// <value>1</value>
    [Parameter]
    [Alias("Parallelism")]
    public ulong? UpdateParallelism { get; set; }

    /// <summary>Time between two batches of an update.</summary>
    /// <value><c>0s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? UpdateDelay { get; set; }

    /// <summary>What to do when too many of an update's tasks fail.</summary>
    /// <value><c>Pause</c></value>
    [Parameter]
    public UpdateFailureAction? UpdateFailureAction { get; set; }

    /// <summary>How long an update's new task is watched for failure.</summary>
    /// <value><c>5s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? UpdateMonitor { get; set; }

    /// <summary>The share of an update's tasks that may fail, 0 to 1.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? UpdateMaxFailureRatio { get; set; }

    /// <summary>Which goes first in an update: the old task's end or the new one's start.</summary>
    /// <value><c>StopFirst</c></value>
    [Parameter]
    [Alias("Order")]
    [ApiWordTransformation]
    public UpdateOrder? UpdateOrder { get; set; }

    /// <summary>Tasks a rollback replaces at a time; 0 for all at once.</summary>
    /// <value>1</value>
    [Parameter]
    public ulong? RollbackParallelism { get; set; }

    /// <summary>Time between two batches of a rollback.</summary>
    /// <value><c>0s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? RollbackDelay { get; set; }

    /// <summary>What to do when too many of a rollback's tasks fail.</summary>
    /// <value><c>Pause</c></value>
    [Parameter]
    [ValidateSet("Pause", "Continue")]
    public string? RollbackFailureAction { get; set; }

    /// <summary>How long a rollback's new task is watched for failure.</summary>
    /// <value><c>5s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? RollbackMonitor { get; set; }

    /// <summary>The share of a rollback's tasks that may fail, 0 to 1.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? RollbackMaxFailureRatio { get; set; }

    /// <summary>Which goes first in a rollback: the old task's end or the new one's start.</summary>
    /// <value><c>StopFirst</c></value>
    [Parameter]
    [ApiWordTransformation]
    public UpdateOrder? RollbackOrder { get; set; }

    private UpdateConfig? UpdateOf(UpdateConfig? old) =>
        Merge(old, UpdateParallelism, UpdateDelay, UpdateFailureAction, UpdateMonitor, UpdateMaxFailureRatio, UpdateOrder);

    private UpdateConfig? RollbackOf(UpdateConfig? old) =>
        Merge(old, RollbackParallelism, RollbackDelay, ActionOf(RollbackFailureAction), RollbackMonitor, RollbackMaxFailureRatio, RollbackOrder);

    /// <summary>Where there was nothing, one task at a time: that is what nothing means, while a zero would mean all at once.</summary>
    private static UpdateConfig? Merge(UpdateConfig? old, ulong? parallelism, TimeSpan? delay, UpdateFailureAction? action, TimeSpan? monitor, double? ratio, UpdateOrder? order) =>
        parallelism is null && delay is null && action is null && monitor is null && ratio is null && order is null ? old : (old ?? new() { Parallelism = 1 }) with
        {
            Parallelism = parallelism ?? old?.Parallelism ?? 1,
            Delay = delay ?? old?.Delay,
            FailureAction = action ?? old?.FailureAction,
            Monitor = monitor ?? old?.Monitor,
            MaxFailureRatio = ratio ?? old?.MaxFailureRatio ?? 0,
            Order = order ?? old?.Order,
        };

    private static UpdateFailureAction? ActionOf(string? word) =>
        word is null ? null : Enum.Parse<UpdateFailureAction>(word, ignoreCase: true);
}
