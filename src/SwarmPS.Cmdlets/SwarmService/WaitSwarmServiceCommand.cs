using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Waits until services are as they should be.</summary>
[Cmdlet(VerbsLifecycle.Wait, "SwarmService")]
[OutputType(typeof(SwarmServiceView))]
public sealed class WaitSwarmServiceCommand : ServiceWaitCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Gives the services as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await Swarm.GetServiceAsync(name, stop);
        await ConvergeAsync(service.Id, service.Spec.Name!, stop);
        if (PassThru)
            WriteObject(SwarmServiceView.Of(await ServiceQueries.OneAsync(Swarm, service.Id, stop)));
    });
}
