using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Changes settings of the swarm.</summary>
[Cmdlet(VerbsCommon.Set, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmView))]
public sealed class SetSwarmCommand : SwarmCmdlet
{
    /// <summary>Ended tasks kept per slot; below 0 keeps all.</summary>
    [Parameter]
    public long TaskHistoryLimit { get; set; }

    /// <summary>Log entries between two snapshots.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long SnapshotInterval { get; set; }

    /// <summary>How often nodes are heard from.</summary>
    [Parameter]
    [Duration]
    public TimeSpan DispatcherHeartbeat { get; set; }

    /// <summary>How long a node's certificate is valid, an hour at the least.</summary>
    [Parameter]
    [Duration]
    public TimeSpan CertificateExpiry { get; set; }

    /// <summary>Labels of the swarm, in place of those it has.</summary>
    [Parameter]
    [Settings]
    public string[]? Label { get; set; }

    /// <summary>Gives the swarm as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var swarm = await Swarm.GetSwarmAsync(stop);
        if (ShouldProcess(swarm.Id, "Change settings of the swarm"))
            await Swarm.UpdateSwarmAsync(Apply(swarm.Spec), swarm.Version.Index, rotateWorkerToken: false, rotateManagerToken: false, stop);
        if (PassThru)
            WriteObject(await SwarmView.AskAsync(Swarm, stop));
    }

    private SwarmSpec Apply(SwarmSpec spec) => spec with
    {
        Labels = Label is null ? spec.Labels : Settings.ToMap(Label),
        Orchestration = Bound(nameof(TaskHistoryLimit)) ? new(TaskHistoryLimit) : spec.Orchestration,
        Raft = Bound(nameof(SnapshotInterval)) ? (spec.Raft ?? new()) with { SnapshotInterval = (ulong)SnapshotInterval } : spec.Raft,
        Dispatcher = Bound(nameof(DispatcherHeartbeat)) ? new(DispatcherHeartbeat) : spec.Dispatcher,
        CAConfig = Bound(nameof(CertificateExpiry)) ? (spec.CAConfig ?? new()) with { NodeCertExpiry = CertificateExpiry } : spec.CAConfig,
    };
}
