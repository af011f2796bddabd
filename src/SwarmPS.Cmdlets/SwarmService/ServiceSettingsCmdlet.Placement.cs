using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    private bool? noRestartBackoff;

    /// <summary>When an ended task is replaced.</summary>
    /// <value><c>Any</c></value>
    [Parameter]
    [ApiWordTransformation]
    public RestartCondition? RestartCondition { get; set; }

    /// <summary>The wait before a replacement starts; it doubles with each failure in a row.</summary>
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

    /// <summary>The longest wait to which <c>-RestartDelay</c> grows while tasks fail one after another.</summary>
    /// <value><c>5m</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? RestartMaxDelay { get; set; }

    /// <summary>The wait before a replacement stays the same however often tasks fail, as in docker.</summary>
    [Parameter]
    public SwitchParameter NoRestartBackoff { get => noRestartBackoff ?? false; set => noRestartBackoff = value; }

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

    private RestartPolicy? RestartOf(RestartPolicy? old) =>
        RestartCondition is null && RestartDelay is null && RestartMaxAttempts is null && RestartWindow is null ? old : (old ?? new()) with
        {
            Condition = RestartCondition ?? old?.Condition,
            Delay = RestartDelay ?? old?.Delay,
            MaxAttempts = RestartMaxAttempts ?? old?.MaxAttempts,
            Window = RestartWindow ?? old?.Window,
        };

    /// <summary>Labels that say of the service what Docker's API has no field for stay where others are given in place of all.</summary>
    private ValueMap<string>? LabelsOf(ValueMap<string>? old)
    {
        var labels = old;
        if (Label is not null)
            labels = new(old.OrEmpty().Where(label => label.Key == RestartBackoff.Label).Concat(Pairs.ToMap(Label)));
        if (noRestartBackoff == true && RestartMaxDelay is not null)
            throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, "-NoRestartBackoff cannot be combined with -RestartMaxDelay: a delay that does not grow has no longest one.");
        if (RestartMaxDelay is { } longest)
            return labels.OrEmpty().With(RestartBackoff.Label, Durations.Format(longest));
        return noRestartBackoff switch
        {
            true => labels.OrEmpty().With(RestartBackoff.Label, RestartBackoff.Off),
            false => labels?.Without(RestartBackoff.Label),
            null => labels,
        };
    }

    private Placement? PlacementOf(Placement? old) =>
        Constraint is null && PlacementPreference is null && MaxReplicasPerNode is null ? old : (old ?? new()) with
        {
            Constraints = Constraint?.ToValueList() ?? old?.Constraints,
            Preferences = PlacementPreference?.Select(label => new PlacementPreference(new SpreadOver(label))).ToValueList() ?? old?.Preferences,
            MaxReplicas = MaxReplicasPerNode ?? old?.MaxReplicas ?? 0,
        };
}
