using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Waits until services are what they should be.</summary>
/// <remarks>
/// <para>It ends in one of three ways: the service has converged, has failed, or the time is up. It is what <c>New-SwarmService</c> and
/// <c>Update-SwarmService</c> do by themselves.</para>
/// </remarks>
/// <example>
/// <para>Waits for a service that was made without waiting.</para>
/// <code>
/// New-SwarmService web nginx:alpine -NoWait
/// Wait-SwarmService web -Timeout 2m
/// </code>
/// </example>
/// <example>
/// <para>Waits for all services, one after another.</para>
/// <code>
/// Get-SwarmService | Wait-SwarmService
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
/// <error id="ServiceNotConverged">The service failed; the message has the tasks' own errors.</error>
/// <error id="ServiceUpdateFailed">The update was paused or rolled back by its failure action.</error>
/// <error id="ConvergenceTimeout">The time of <c>-Timeout</c> is up. The swarm goes on trying.</error>
[Cmdlet(VerbsLifecycle.Wait, "SwarmService")]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class WaitSwarmServiceCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>How long to wait for each service.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = ConvergenceWait.TimeoutDefault;

    /// <summary>Gives the service as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Service";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await swarm.GetServiceAsync(name, stop);
        await new ConvergenceWait(this, swarm, Timeout).RunAsync(service.Id, service.Spec.Name ?? name, stop);
        if (PassThru)
            WriteObject(new SwarmServiceInfo(await ServiceLookup.GetAsync(swarm, service.Id, stop)));
    });
}
