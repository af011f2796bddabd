using System.Management.Automation;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets;

/// <summary>Changes services and waits until the change is rolled out. Only what is named changes.</summary>
[Cmdlet(VerbsData.Update, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceView))]
public sealed class UpdateSwarmServiceCommand : ServiceSpecCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Another image.</summary>
    [Parameter]
    public string? Image { get; set; }

    /// <summary>Another number of tasks.</summary>
    [Parameter]
    public ulong Replicas { get; set; }

    /// <summary>Environment to set, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Alias("AddEnv")]
    [Settings]
    public string[]? AddEnvironment { get; set; }

    /// <summary>Names of environment entries to take away.</summary>
    [Parameter]
    [Alias("RemoveEnv")]
    public string[]? RemoveEnvironment { get; set; }

    /// <summary>Labels of the service to set.</summary>
    [Parameter]
    [Settings]
    public string[]? AddLabel { get; set; }

    /// <summary>Names of labels of the service to take away.</summary>
    [Parameter]
    public string[]? RemoveLabel { get; set; }

    /// <summary>Labels of the containers to set.</summary>
    [Parameter]
    [Settings]
    public string[]? AddContainerLabel { get; set; }

    /// <summary>Names of labels of the containers to take away.</summary>
    [Parameter]
    public string[]? RemoveContainerLabel { get; set; }

    /// <summary>Mounts to add; one with the same target is replaced.</summary>
    [Parameter]
    public string[]? AddMount { get; set; }

    /// <summary>Targets of mounts to take away.</summary>
    [Parameter]
    public string[]? RemoveMount { get; set; }

    /// <summary>Conditions on nodes to add.</summary>
    [Parameter]
    public string[]? AddConstraint { get; set; }

    /// <summary>Conditions on nodes to take away, written as they were given.</summary>
    [Parameter]
    public string[]? RemoveConstraint { get; set; }

    /// <summary>Ports to publish; one with the same target is replaced.</summary>
    [Parameter]
    public string[]? AddPublish { get; set; }

    /// <summary>Target ports not to publish any more, as 80 or 53/udp.</summary>
    [Parameter]
    public string[]? RemovePublish { get; set; }

    /// <summary>Replace all tasks though nothing else changes.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Do not wait until the change is rolled out.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Gives the services as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await Swarm.GetServiceAsync(name, stop);
        if (!ShouldProcess(service.Spec.Name, "Change the service"))
            return;
        if (!await new ServiceChange(Swarm, Apply, WriteWarning).MakeAsync(service, stop))
            WriteVerbose($"Service {service.Spec.Name} is so already.");
        else if (!NoWait)
            await ConvergeAsync(service.Id, service.Spec.Name!, stop);
        if (PassThru)
            WriteObject(SwarmServiceView.Of(await ServiceQueries.OneAsync(Swarm, service.Id, stop)));
    });

    private ServiceSpec Apply(ServiceSpec spec)
    {
        var shared = ApplyShared(spec);
        return shared with
        {
            Labels = AddLabel is null && RemoveLabel is null ? shared.Labels : Settings.Change(shared.Labels, RemoveLabel, AddLabel),
            Mode = Bound(nameof(Replicas)) ? Scaling.To(shared, Replicas) : shared.Mode,
            EndpointSpec = AddPublish is null && RemovePublish is null ? shared.EndpointSpec : (shared.EndpointSpec ?? new()) with { Ports = ApplyPorts(shared.EndpointSpec?.Ports) },
            TaskTemplate = shared.TaskTemplate with
            {
                ForceUpdate = shared.TaskTemplate.ForceUpdate + (Force ? 1ul : 0),
                Placement = AddConstraint is null && RemoveConstraint is null ? shared.TaskTemplate.Placement : ApplyConstraints(shared.TaskTemplate.Placement ?? new()),
                ContainerSpec = ApplyCollections(shared.TaskTemplate.ContainerSpec!),
            },
        };
    }

    private ContainerSpec ApplyCollections(ContainerSpec container) => container with
    {
        Image = Image ?? container.Image,
        Env = AddEnvironment is null && RemoveEnvironment is null ? container.Env : Settings.ChangeList(container.Env, RemoveEnvironment, AddEnvironment),
        Labels = AddContainerLabel is null && RemoveContainerLabel is null ? container.Labels : Settings.Change(container.Labels, RemoveContainerLabel, AddContainerLabel),
        Mounts = AddMount is null && RemoveMount is null ? container.Mounts : ApplyMounts(container.Mounts),
    };

    private ValueList<Mount> ApplyMounts(ValueList<Mount>? mounts)
    {
        var added = (AddMount ?? []).Select(MountNotation.Parse).ToList();
        var gone = added.Select(mount => mount.Target).Concat(RemoveMount ?? []).ToHashSet();
        return mounts.OrEmpty().Where(mount => !gone.Contains(mount.Target)).Concat(added).ToValueList();
    }

    private Placement ApplyConstraints(Placement placement) => placement with
    {
        Constraints = placement.Constraints.OrEmpty()
            .Where(constraint => !Same(RemoveConstraint, constraint) && !Same(AddConstraint, constraint))
            .Concat(AddConstraint ?? []).ToValueList(),
    };

    private ValueList<PortConfig> ApplyPorts(ValueList<PortConfig>? ports)
    {
        var added = (AddPublish ?? []).SelectMany(PortNotation.Parse).ToList();
        var gone = (RemovePublish ?? []).SelectMany(PortNotation.Parse).Concat(added).Select(Key).ToHashSet();
        return ports.OrEmpty().Where(port => !gone.Contains(Key(port))).Concat(added).ToValueList();
    }

    private static (uint Target, PortProtocol Protocol) Key(PortConfig port) => (port.TargetPort, port.Protocol ?? PortProtocol.Tcp);

    /// <summary>Blanks do not count in a constraint.</summary>
    private static bool Same(string[]? texts, string constraint) =>
        texts?.Any(text => text.Replace(" ", "", StringComparison.Ordinal) == constraint.Replace(" ", "", StringComparison.Ordinal)) == true;
}
