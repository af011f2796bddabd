using System.Management.Automation;
using SwarmPS.Api;

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
[Cmdlet(VerbsLifecycle.Restart, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class RestartSwarmServiceCommand : NamedServicesCmdlet
{
    /// <inheritdoc/>
    private protected override Task AskAsync(SwarmClient swarm, string name, CancellationToken stop) => ChangeAsync(
        swarm, name, "Replace all tasks of the service",
        spec => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = spec.TaskTemplate.ForceUpdate + 1 } }, stop);
}
