using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <content>Resources, restarts, placement.</content>
public abstract partial class ServiceSpecCmdlet
{
    private const double NanoCpus = 1e9;

    /// <summary>Processors a task may use, as 0.5.</summary>
    [Parameter]
    [ValidateRange(0, 1e6)]
    public double LimitCpu { get; set; }

    /// <summary>Memory a task may use: a number of bytes, 512MB or 512m.</summary>
    [Parameter]
    [ByteSize]
    public long LimitMemory { get; set; }

    /// <summary>Processes and threads a task may have; 0 is without limit.</summary>
    [Parameter]
    public long LimitPids { get; set; }

    /// <summary>Processors a node must have free for a task.</summary>
    [Parameter]
    [ValidateRange(0, 1e6)]
    public double ReserveCpu { get; set; }

    /// <summary>Memory a node must have free for a task.</summary>
    [Parameter]
    [ByteSize]
    public long ReserveMemory { get; set; }

    /// <summary>When a new task takes an ended one's place: Any where nothing is said.</summary>
    [Parameter]
    public RestartCondition RestartCondition { get; set; }

    /// <summary>The wait before: 5 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan RestartDelay { get; set; }

    /// <summary>How often at most; 0 is without limit.</summary>
    [Parameter]
    public ulong RestartMaxAttempts { get; set; }

    /// <summary>The time within which attempts count.</summary>
    [Parameter]
    [Duration]
    public TimeSpan RestartWindow { get; set; }

    /// <summary>What to spread over, as <c>spread=node.labels.zone</c>.</summary>
    [Parameter]
    public string[]? PlacementPreference { get; set; }

    /// <summary>Replicas a node may have; 0 is without limit.</summary>
    [Parameter]
    [Alias("MaxReplicasPerNode")]
    public ulong ReplicasMaxPerNode { get; set; }

    private TaskSpec ApplyTask(TaskSpec task) => task with
    {
        Resources = ApplyResources(task.Resources),
        RestartPolicy = ApplyRestart(task.RestartPolicy),
        Placement = ApplyPlacement(task.Placement),
        LogDriver = LogDriver is null && LogOption is null
            ? task.LogDriver
            : new() { Name = LogDriver ?? task.LogDriver?.Name, Options = LogOption is null ? task.LogDriver?.Options : Settings.ToMap(LogOption) },
    };

    private ResourceRequirements? ApplyResources(ResourceRequirements? resources)
    {
        var (limits, reservations) = (resources?.Limits ?? new(), resources?.Reservations ?? new());
        var limited = Bound(nameof(LimitCpu)) || Bound(nameof(LimitMemory)) || Bound(nameof(LimitPids));
        var reserved = Bound(nameof(ReserveCpu)) || Bound(nameof(ReserveMemory));
        if (!limited && !reserved)
            return resources;
        return (resources ?? new()) with
        {
            Limits = !limited ? resources?.Limits : limits with
            {
                NanoCPUs = Bound(nameof(LimitCpu)) ? (long)(LimitCpu * NanoCpus) : limits.NanoCPUs,
                MemoryBytes = Bound(nameof(LimitMemory)) ? LimitMemory : limits.MemoryBytes,
                Pids = Bound(nameof(LimitPids)) ? LimitPids : limits.Pids,
            },
            Reservations = !reserved ? resources?.Reservations : reservations with
            {
                NanoCPUs = Bound(nameof(ReserveCpu)) ? (long)(ReserveCpu * NanoCpus) : reservations.NanoCPUs,
                MemoryBytes = Bound(nameof(ReserveMemory)) ? ReserveMemory : reservations.MemoryBytes,
            },
        };
    }

    private RestartPolicy? ApplyRestart(RestartPolicy? policy)
    {
        if (!Bound(nameof(RestartCondition)) && !Bound(nameof(RestartDelay)) && !Bound(nameof(RestartMaxAttempts)) && !Bound(nameof(RestartWindow)))
            return policy;
        var old = policy ?? new();
        return old with
        {
            Condition = Bound(nameof(RestartCondition)) ? RestartCondition : old.Condition,
            Delay = Bound(nameof(RestartDelay)) ? RestartDelay : old.Delay,
            MaxAttempts = Bound(nameof(RestartMaxAttempts)) ? RestartMaxAttempts : old.MaxAttempts,
            Window = Bound(nameof(RestartWindow)) ? RestartWindow : old.Window,
        };
    }

    private Placement? ApplyPlacement(Placement? placement)
    {
        if (PlacementPreference is null && !Bound(nameof(ReplicasMaxPerNode)))
            return placement;
        var old = placement ?? new();
        return old with
        {
            Preferences = PlacementPreference?.Select(Preference).ToValueList() ?? old.Preferences,
            MaxReplicas = Bound(nameof(ReplicasMaxPerNode)) ? ReplicasMaxPerNode : old.MaxReplicas,
        };
    }

    private static PlacementPreference Preference(string text)
    {
        var pair = text.Split('=', 2);
        return pair is ["spread", { Length: > 0 } label]
            ? new(new SpreadOver(label))
            : throw new FormatException($"'{text}' is no placement preference. Write spread=node.labels.NAME.");
    }
}
