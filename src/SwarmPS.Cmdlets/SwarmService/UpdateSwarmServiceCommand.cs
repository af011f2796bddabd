using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Changes a service and waits until its tasks are those of the new spec.</summary>
[Cmdlet(VerbsData.Update, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed partial class UpdateSwarmServiceCommand : ServiceSettingsCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The image of its containers.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>Replaces tasks even where nothing changed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the service as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (!ShouldProcess(name, "Change the service"))
            return;
        var change = new ServiceChange(swarm, name, ApplyTo);
        await FinishAsync(swarm, await change.PostAsync(Warn, stop), name, PassThru, stop);
    });

    /// <inheritdoc/>
    internal override ServiceSpec ApplyTo(ServiceSpec spec)
    {
        var changed = Amend(base.ApplyTo(spec));
        var template = changed.TaskTemplate;
        return changed with
        {
            TaskTemplate = template with
            {
                ContainerSpec = Image is null ? template.ContainerSpec : template.ContainerSpec! with { Image = Image },
                ForceUpdate = template.ForceUpdate + (Force ? 1ul : 0),
            },
        };
    }
}
