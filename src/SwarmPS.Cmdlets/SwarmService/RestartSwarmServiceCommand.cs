using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Replaces all tasks of a service though nothing of it changed, by the rules of its update config.</summary>
/// <remarks>
/// <para>It is what docker calls an update by force: tasks are replaced by the rules of the update settings, so a service of several
/// replicas stays up.</para>
/// </remarks>
/// <example>
/// <para>Replaces the tasks of a service.</para>
/// <code>
/// Restart-SwarmService web
/// </code>
/// </example>
/// <example>
/// <para>Replaces those of all services of a team, one service after another.</para>
/// <code>
/// Get-SwarmService -Label team=a | Restart-SwarmService
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
[Cmdlet(VerbsLifecycle.Restart, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class RestartSwarmServiceCommand : ConvergingCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Gives the service as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (!IsWhatIf && !ShouldProcess(name, "Replace all tasks of the service"))
            return;
        var change = new ServiceChange(swarm, name, spec => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = spec.TaskTemplate.ForceUpdate + 1 } });
        if (IsWhatIf)
            Show("Replace all tasks of the service", await change.PlanAsync(stop));
        else
            await FinishAsync(swarm, await change.PostAsync(Warn, stop), name, PassThru, stop);
    });
}
