using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Changes the number of a service's replicas and waits until they run.</summary>
/// <remarks>
/// <para>With fewer replicas, tasks end first on nodes that have the most of them. With 0 the service stays, without tasks.</para>
/// </remarks>
/// <example>
/// <para>Five replicas.</para>
/// <code>
/// Resize-SwarmService web 5
/// </code>
/// </example>
/// <example>
/// <para>Stops all tasks of the services of a team, and keeps the services.</para>
/// <code>
/// Get-SwarmService -Label team=a | Resize-SwarmService -Replicas 0
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
/// <error id="ServiceNotReplicated">The service is global: it has one task on each node that fits.</error>
[Cmdlet(VerbsCommon.Resize, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class ResizeSwarmServiceCommand : ConvergingCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>How many replicas there should be.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public ulong Replicas { get; set; }

    /// <summary>Gives the service as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var action = $"Change the number of replicas to {Replicas}";
        if (!IsWhatIf && !ShouldProcess(name, action))
            return;
        var change = new ServiceChange(swarm, name, spec => spec with { Mode = ServiceModes.WithReplicas(spec, Replicas) });
        if (IsWhatIf)
            Show(action, await change.PlanAsync(stop));
        else
            await FinishAsync(swarm, await change.PostAsync(Warn, stop), name, PassThru, stop);
    });
}
