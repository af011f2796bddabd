using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    /// <summary>How health is checked: one text runs in the container's shell; several are a program and its arguments.</summary>
    /// <value>the image's</value>
    [Parameter]
    [Alias("HealthCmd")]
    [ValidateNotNullOrEmpty]
    public string[]? HealthCommand { get; set; }

    /// <summary>Time between two checks.</summary>
    /// <value>the image's, else <c>30s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? HealthInterval { get; set; }

    /// <summary>Failures in a row that make it unhealthy.</summary>
    /// <value>the image's, else 3</value>
    [Parameter]
    public int? HealthRetries { get; set; }

    /// <summary>Time a check may take.</summary>
    /// <value>the image's, else <c>30s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? HealthTimeout { get; set; }

    /// <summary>Time at the start in which failures do not count.</summary>
    /// <value>the image's, else <c>0s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? HealthStartPeriod { get; set; }

    /// <summary>Time between two checks during the start period.</summary>
    /// <value>the image's, else <c>5s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? HealthStartInterval { get; set; }

    /// <summary>No check at all, not even the image's own.</summary>
    [Parameter]
    public SwitchParameter NoHealthcheck { get; set; }

    private HealthConfig? HealthOf(HealthConfig? old)
    {
        var isGiven = HealthCommand is not null || HealthInterval is not null || HealthRetries is not null || HealthTimeout is not null ||
            HealthStartPeriod is not null || HealthStartInterval is not null;
        if (NoHealthcheck)
        {
            return isGiven
                ? throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, "-NoHealthcheck cannot be combined with -Health… parameters.")
                : new() { Test = ["NONE"] };
        }
        if (!isGiven)
            return old;
        var test = HealthCommand switch
        {
            null => old?.Test is ["NONE", ..] ? null : old?.Test,
            [var line] => ["CMD-SHELL", line],
            var words => new ValueList<string>(words.Prepend("CMD")),
        };
        return (old ?? new()) with
        {
            Test = test,
            Interval = HealthInterval ?? old?.Interval,
            Retries = HealthRetries ?? old?.Retries,
            Timeout = HealthTimeout ?? old?.Timeout,
            StartPeriod = HealthStartPeriod ?? old?.StartPeriod,
            StartInterval = HealthStartInterval ?? old?.StartInterval,
        };
    }
}
