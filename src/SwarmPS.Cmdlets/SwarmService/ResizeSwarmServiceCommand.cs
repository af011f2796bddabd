using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Gives services another number of replicas and waits until it is reached.</summary>
[Cmdlet(VerbsCommon.Resize, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceView))]
public sealed class ResizeSwarmServiceCommand : ServiceWaitCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>How many tasks.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public ulong Replicas { get; set; }

    /// <summary>Do not wait until the number is reached.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Gives the services as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await Swarm.GetServiceAsync(name, stop);
        if (!ShouldProcess(service.Spec.Name, $"Resize the service to {Replicas}"))
            return;
        await new ServiceChange(Swarm, spec => spec with { Mode = Scaling.To(spec, Replicas) }, WriteWarning).MakeAsync(service, stop);
        if (!NoWait)
            await ConvergeAsync(service.Id, service.Spec.Name!, stop);
        if (PassThru)
            WriteObject(SwarmServiceView.Of(await ServiceQueries.OneAsync(Swarm, service.Id, stop)));
    });
}
