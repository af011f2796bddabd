using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Removes services with their tasks and containers.</summary>
/// <remarks>
/// <para>Volumes stay on their nodes.</para>
/// </remarks>
/// <example>
/// <para>Removes a service after a question.</para>
/// <code>
/// Remove-SwarmService web
/// </code>
/// </example>
/// <example>
/// <para>Removes all services of a team without asking.</para>
/// <code>
/// Get-SwarmService -Label team=a | Remove-SwarmService -Confirm:$false
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
[Cmdlet(VerbsCommon.Remove, "SwarmService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveSwarmServiceCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Service";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (ShouldProcess(name, "Remove the service"))
            await swarm.RemoveServiceAsync(name, stop);
    });
}
