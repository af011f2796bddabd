using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Makes a service and waits until its tasks run.</summary>
[Cmdlet(VerbsCommon.New, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class NewSwarmServiceCommand : ServiceSettingsCmdlet
{
    /// <summary>The service's name: letters, digits, - and _, 63 at most. The daemon makes one up where nothing is said.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The image of its containers.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Image { get; set; } = "";

    /// <summary>Replicated: a number of tasks. Global: one on each node that fits.</summary>
    [Parameter]
    [ValidateSet("Replicated", "Global")]
    public string Mode { get; set; } = "Replicated";

    /// <inheritdoc/>
    protected override object? Target => Name ?? Image;

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var spec = ToSpec();
        if (!ShouldProcess(Name ?? Image, "Make a service"))
            return;
        var answer = await swarm.CreateServiceAsync(spec, stop);
        Warn(answer.Warnings);
        var name = Name ?? (await swarm.GetServiceAsync(answer.Id, stop)).Spec.Name ?? answer.Id;
        await FinishAsync(swarm, answer.Id, name, isWanted: true, stop);
    }

    /// <summary>The spec that was asked for.</summary>
    internal ServiceSpec ToSpec()
    {
        var isGlobal = Mode.Equals("Global", StringComparison.OrdinalIgnoreCase);
        if (isGlobal && Replicas is not null)
            throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, "-Replicas cannot be combined with -Mode Global: a global service runs one task on each node that fits.");
        var spec = ApplyTo(new() { Name = Name, Mode = isGlobal ? new() { Global = new() } : new() { Replicated = new(1) } });
        return spec with { TaskTemplate = spec.TaskTemplate with { ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Image = Image } } };
    }
}
