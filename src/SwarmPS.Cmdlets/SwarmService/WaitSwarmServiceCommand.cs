using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Waits until services are what they should be.</summary>
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
