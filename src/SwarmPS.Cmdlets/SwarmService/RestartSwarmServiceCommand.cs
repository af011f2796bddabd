using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Replaces all tasks of services by new ones, as their update settings say, and waits until that is done.</summary>
[Cmdlet(VerbsLifecycle.Restart, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceView))]
public sealed class RestartSwarmServiceCommand : ServiceWaitCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Do not wait until all are replaced.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Gives the services as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await Swarm.GetServiceAsync(name, stop);
        if (!ShouldProcess(service.Spec.Name, "Replace all tasks of the service"))
            return;
        await new ServiceChange(
            Swarm, spec => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = spec.TaskTemplate.ForceUpdate + 1 } }, WriteWarning).MakeAsync(service, stop);
        if (!NoWait)
            await ConvergeAsync(service.Id, service.Spec.Name!, stop);
        if (PassThru)
            WriteObject(SwarmServiceView.Of(await ServiceQueries.OneAsync(Swarm, service.Id, stop)));
    });
}
