using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <content>The health check, and how changes are rolled out and back.</content>
public abstract partial class ServiceSpecCmdlet
{
    /// <summary>A shell line that ends with 0 while the task is healthy.</summary>
    [Parameter]
    public string? HealthCommand { get; set; }

    /// <summary>Time between two checks: 30 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan HealthInterval { get; set; }

    /// <summary>Time a check may take: 30 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan HealthTimeout { get; set; }

    /// <summary>Failures in a row that make a task unhealthy: 3 where nothing is said.</summary>
    [Parameter]
    public int HealthRetries { get; set; }

    /// <summary>Time at the start in which failures do not count.</summary>
    [Parameter]
    [Duration]
    public TimeSpan HealthStartPeriod { get; set; }

    /// <summary>Time between two checks during the start period.</summary>
    [Parameter]
    [Duration]
    public TimeSpan HealthStartInterval { get; set; }

    /// <summary>No health check, though the image has one.</summary>
    [Parameter]
    public SwitchParameter NoHealthcheck { get; set; }

    /// <summary>Tasks replaced at a time; 0 for all at once. 1 where nothing is said.</summary>
    [Parameter]
    [Alias("Parallelism")]
    public ulong UpdateParallelism { get; set; }

    /// <summary>Time between two batches.</summary>
    [Parameter]
    [Duration]
    public TimeSpan UpdateDelay { get; set; }

    /// <summary>Which goes first: the old task's end (StopFirst) or the new one's start (StartFirst).</summary>
    [Parameter]
    [Alias("Order")]
    public UpdateOrder UpdateOrder { get; set; }

    /// <summary>How long a new task is watched for failure: 5 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan UpdateMonitor { get; set; }

    /// <summary>The share of tasks that may fail, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double UpdateMaxFailureRatio { get; set; }

    /// <summary>What to do when more fail: Pause, Continue or Rollback.</summary>
    [Parameter]
    [Alias("FailureAction")]
    public UpdateFailureAction UpdateFailureAction { get; set; }

    /// <summary>Tasks rolled back at a time; 0 for all at once.</summary>
    [Parameter]
    public ulong RollbackParallelism { get; set; }

    /// <summary>Time between two batches of a rollback.</summary>
    [Parameter]
    [Duration]
    public TimeSpan RollbackDelay { get; set; }

    /// <summary>Which goes first in a rollback.</summary>
    [Parameter]
    public UpdateOrder RollbackOrder { get; set; }

    /// <summary>How long a task is watched for failure in a rollback.</summary>
    [Parameter]
    [Duration]
    public TimeSpan RollbackMonitor { get; set; }

    /// <summary>The share of tasks that may fail in a rollback, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double RollbackMaxFailureRatio { get; set; }

    /// <summary>What to do when more fail in a rollback: Pause or Continue.</summary>
    [Parameter]
    public UpdateFailureAction RollbackFailureAction { get; set; }

    private static readonly string[] HealthParameters =
        [nameof(HealthCommand), nameof(HealthInterval), nameof(HealthTimeout), nameof(HealthRetries), nameof(HealthStartPeriod), nameof(HealthStartInterval)];

    private ContainerSpec ApplyHealth(ContainerSpec container)
    {
        if (NoHealthcheck)
        {
            return HealthParameters.Any(Bound)
                ? throw new ArgumentException("-NoHealthcheck cannot be given together with another -Health… parameter.")
                : container with { Healthcheck = new() { Test = ["NONE"] } };
        }
        if (!HealthParameters.Any(Bound))
            return container;
        var old = container.Healthcheck ?? new();
        return container with
        {
            Healthcheck = old with
            {
                Test = HealthCommand is null ? old.Test : ["CMD-SHELL", HealthCommand],
                Interval = Bound(nameof(HealthInterval)) ? HealthInterval : old.Interval,
                Timeout = Bound(nameof(HealthTimeout)) ? HealthTimeout : old.Timeout,
                Retries = Bound(nameof(HealthRetries)) ? HealthRetries : old.Retries,
                StartPeriod = Bound(nameof(HealthStartPeriod)) ? HealthStartPeriod : old.StartPeriod,
                StartInterval = Bound(nameof(HealthStartInterval)) ? HealthStartInterval : old.StartInterval,
            },
        };
    }

    private UpdateConfig? ApplyUpdate(UpdateConfig? config)
    {
        string[] all = [nameof(UpdateParallelism), nameof(UpdateDelay), nameof(UpdateOrder), nameof(UpdateMonitor), nameof(UpdateMaxFailureRatio), nameof(UpdateFailureAction)];
        if (!all.Any(Bound))
            return config;
        var old = config ?? new() { Parallelism = 1 };
        return old with
        {
            Parallelism = Bound(nameof(UpdateParallelism)) ? UpdateParallelism : old.Parallelism,
            Delay = Bound(nameof(UpdateDelay)) ? UpdateDelay : old.Delay,
            Order = Bound(nameof(UpdateOrder)) ? UpdateOrder : old.Order,
            Monitor = Bound(nameof(UpdateMonitor)) ? UpdateMonitor : old.Monitor,
            MaxFailureRatio = Bound(nameof(UpdateMaxFailureRatio)) ? UpdateMaxFailureRatio : old.MaxFailureRatio,
            FailureAction = Bound(nameof(UpdateFailureAction)) ? UpdateFailureAction : old.FailureAction,
        };
    }

    private UpdateConfig? ApplyRollback(UpdateConfig? config)
    {
        string[] all = [nameof(RollbackParallelism), nameof(RollbackDelay), nameof(RollbackOrder), nameof(RollbackMonitor), nameof(RollbackMaxFailureRatio), nameof(RollbackFailureAction)];
        if (!all.Any(Bound))
            return config;
        var old = config ?? new() { Parallelism = 1 };
        return old with
        {
            Parallelism = Bound(nameof(RollbackParallelism)) ? RollbackParallelism : old.Parallelism,
            Delay = Bound(nameof(RollbackDelay)) ? RollbackDelay : old.Delay,
            Order = Bound(nameof(RollbackOrder)) ? RollbackOrder : old.Order,
            Monitor = Bound(nameof(RollbackMonitor)) ? RollbackMonitor : old.Monitor,
            MaxFailureRatio = Bound(nameof(RollbackMaxFailureRatio)) ? RollbackMaxFailureRatio : old.MaxFailureRatio,
            FailureAction = Bound(nameof(RollbackFailureAction)) ? RollbackFailureAction : old.FailureAction,
        };
    }
}
