using System.Globalization;
using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>The settings of a swarm that can be given when it is made and changed later.</summary>
public abstract class SwarmSettingsCmdlet : SwarmCmdlet
{
    private bool? autolock;

    /// <summary>Managers ask for the unlock key when they start; <c>-Autolock:$false</c> ends that.</summary>
    [Parameter]
    public SwitchParameter Autolock { get => autolock ?? false; set => autolock = value; }

    /// <summary>How long a node's certificate is valid.</summary>
    /// <value><c>2160h</c> (90 days); an hour at the least</value>
    [Parameter]
    [Alias("CertExpiry")]
    [DurationTransformation]
    public TimeSpan? CertificateExpiry { get; set; }

    /// <summary>The time between two heartbeats of a node.</summary>
    /// <value><c>5s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? DispatcherHeartbeat { get; set; }

    /// <summary>Ended tasks kept per slot; below 0 keeps all.</summary>
    /// <value>5</value>
    [Parameter]
    public long? TaskHistoryLimit { get; set; }

    /// <summary>Entries of the log between two snapshots.</summary>
    /// <value>10000</value>
    [Parameter]
    public ulong? SnapshotInterval { get; set; }

    /// <summary>Old snapshots kept.</summary>
    /// <value>0</value>
    [Parameter]
    public ulong? MaxSnapshots { get; set; }

    /// <summary>What services may ask for that weakens the wall between a container and its node; an empty list is nothing of it.</summary>
    /// <value>nothing of it</value>
    [Parameter]
    [AllowEmptyCollection]
    [ValidateSet("devices", "privileged", "security-options")]
    public string[]? Admit { get; set; }

    /// <summary>How many tasks at a time, of all services together, are moved to nodes that came or came back after them; 0 is none.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? RebalanceBudget { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <summary>Says what follows where managers lock from now on. The key itself is not shown: warnings end up in logs.</summary>
    /// <param name="before">What was wanted of the swarm before.</param>
    private protected void WarnOfLock(SwarmSpec before)
    {
        if (autolock == true && before.EncryptionConfig?.AutoLockManagers != true)
            WriteWarning("From now on a manager asks for the unlock key when it starts: Unlock-Swarm takes it. Get-SwarmUnlockKey shows it now; keep a copy outside of the swarm.");
    }

    /// <summary>The spec with what was given in place of what stood there.</summary>
    internal SwarmSpec ApplyTo(SwarmSpec spec) => spec with
    {
        Labels = WithBudget(Admit switch
        {
            null => spec.Labels,
            [] => spec.Labels?.Without(Admission.Label),
            var words => spec.Labels.OrEmpty().With(Admission.Label, string.Join(',', words.Select(word => word.ToLowerInvariant()))),
        }),
        Orchestration = TaskHistoryLimit is null ? spec.Orchestration : new(TaskHistoryLimit),
        Dispatcher = DispatcherHeartbeat is null ? spec.Dispatcher : new(DispatcherHeartbeat),
        CAConfig = CertificateExpiry is null ? spec.CAConfig : (spec.CAConfig ?? new()) with { NodeCertExpiry = CertificateExpiry },
        EncryptionConfig = autolock is null ? spec.EncryptionConfig : new(autolock),
        Raft = SnapshotInterval is null && MaxSnapshots is null
            ? spec.Raft
            : (spec.Raft ?? new()) with
            {
                SnapshotInterval = SnapshotInterval ?? spec.Raft?.SnapshotInterval,
                KeepOldSnapshots = MaxSnapshots ?? spec.Raft?.KeepOldSnapshots,
            },
    };

    private ValueMap<string>? WithBudget(ValueMap<string>? labels) => RebalanceBudget switch
    {
        null => labels,
        0 => labels?.Without(Notation.RebalanceBudget.Label),
        var budget => labels.OrEmpty().With(Notation.RebalanceBudget.Label, budget.Value.ToString(CultureInfo.InvariantCulture)),
    };
}
