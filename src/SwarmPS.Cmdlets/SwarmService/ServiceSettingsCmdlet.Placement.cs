using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    /// <summary>Processors a task may use.</summary>
    /// <value>no limit</value>
    [Parameter]
    [ValidateRange(0, 1e6)]
    public decimal? LimitCpu { get; set; }

    /// <summary>Memory a task may use: a number of bytes or <c>512m</c>.</summary>
    /// <value>no limit</value>
    [Parameter]
    [ByteSizeTransformation]
    public long? LimitMemory { get; set; }

    /// <summary>Processes and threads a task may have.</summary>
    /// <value>no limit</value>
    [Parameter]
    public long? LimitPids { get; set; }

    /// <summary>Processors a node must have free.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0, 1e6)]
    public decimal? ReserveCpu { get; set; }

    /// <summary>Memory a node must have free: a number of bytes or <c>512m</c>.</summary>
    /// <value>0</value>
    [Parameter]
    [ByteSizeTransformation]
    public long? ReserveMemory { get; set; }

    /// <summary>When an ended task is replaced.</summary>
    /// <value><c>Any</c></value>
    [Parameter]
    [ApiWordTransformation]
    public RestartCondition? RestartCondition { get; set; }

    /// <summary>The wait before a replacement starts.</summary>
    /// <value><c>5s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? RestartDelay { get; set; }

    /// <summary>How often a task is replaced at most.</summary>
    /// <value>0, which is without limit</value>
    [Parameter]
    public ulong? RestartMaxAttempts { get; set; }

    /// <summary>The time within which attempts count.</summary>
    /// <value><c>0s</c>, which is for ever</value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? RestartWindow { get; set; }

    /// <summary>Conditions a node must meet, as <c>node.labels.disk == ssd</c>.</summary>
    /// <value>none</value>
    [Parameter]
    [ConstraintTransformation]
    [AllowEmptyCollection]
    public string[]? Constraint { get; set; }

    /// <summary>What to spread over, as <c>node.labels.zone</c> or <c>spread=node.labels.zone</c>.</summary>
    /// <value>spread over nodes alone</value>
    [Parameter]
    [SpreadTransformation]
    [AllowEmptyCollection]
    [Alias("PlacementPref")]
    public string[]? PlacementPreference { get; set; }

    /// <summary>Replicas a node may have; 0 is without limit.</summary>
    /// <value>0</value>
    [Parameter]
    [Alias("ReplicasMaxPerNode")]
    public ulong? MaxReplicasPerNode { get; set; }

    private ResourceRequirements? ResourcesOf(ResourceRequirements? old)
    {
        var (limits, reservations) = (old?.Limits ?? new(), old?.Reservations ?? new());
        var changed = (old ?? new()) with
        {
            Limits = LimitCpu is null && LimitMemory is null && LimitPids is null ? old?.Limits : limits with
            {
                NanoCPUs = Nano(LimitCpu) ?? limits.NanoCPUs,
                MemoryBytes = LimitMemory ?? limits.MemoryBytes,
                Pids = LimitPids ?? limits.Pids,
            },
            Reservations = ReserveCpu is null && ReserveMemory is null ? old?.Reservations : reservations with
            {
                NanoCPUs = Nano(ReserveCpu) ?? reservations.NanoCPUs,
                MemoryBytes = ReserveMemory ?? reservations.MemoryBytes,
            },
        };
        return old is null && changed == new ResourceRequirements() ? null : changed;
    }

    private RestartPolicy? RestartOf(RestartPolicy? old) =>
        RestartCondition is null && RestartDelay is null && RestartMaxAttempts is null && RestartWindow is null ? old : (old ?? new()) with
        {
            Condition = RestartCondition ?? old?.Condition,
            Delay = RestartDelay ?? old?.Delay,
            MaxAttempts = RestartMaxAttempts ?? old?.MaxAttempts,
            Window = RestartWindow ?? old?.Window,
        };

    private Placement? PlacementOf(Placement? old) =>
        Constraint is null && PlacementPreference is null && MaxReplicasPerNode is null ? old : (old ?? new()) with
        {
            Constraints = Constraint?.ToValueList() ?? old?.Constraints,
            Preferences = PlacementPreference?.Select(label => new PlacementPreference(new SpreadOver(label))).ToValueList() ?? old?.Preferences,
            MaxReplicas = MaxReplicasPerNode ?? old?.MaxReplicas ?? 0,
        };

    private static long? Nano(decimal? cpus) => cpus is null ? null : (long)(cpus.Value * 1_000_000_000m);
}
