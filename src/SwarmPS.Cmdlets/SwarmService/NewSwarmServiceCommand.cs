using System.Management.Automation;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets;

/// <summary>Creates a service and waits until it runs.</summary>
[Cmdlet(VerbsCommon.New, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceView))]
public sealed class NewSwarmServiceCommand : ServiceSpecCmdlet
{
    /// <summary>The service's name; one is made up where nothing is said.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    /// <summary>The image.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Image { get; set; } = "";

    /// <summary>Replicated (a number of tasks) or Global (one on each node).</summary>
    [Parameter]
    [ValidateSet("Replicated", "Global")]
    public string Mode { get; set; } = "Replicated";

    /// <summary>How many tasks: 1 where nothing is said.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public ulong Replicas { get; set; } = 1;

    /// <summary>Environment, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Alias("Env")]
    [Settings]
    public string[]? Environment { get; set; }

    /// <summary>Files of NAME=value lines.</summary>
    [Parameter]
    public string[]? EnvironmentFile { get; set; }

    /// <summary>Labels of the service, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Settings]
    public string[]? Label { get; set; }

    /// <summary>Labels of the containers, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Settings]
    public string[]? ContainerLabel { get; set; }

    /// <summary>What is mounted, as <c>type=bind,source=/data,target=/data,readonly</c>.</summary>
    [Parameter]
    public string[]? Mount { get; set; }

    /// <summary>Conditions a node must meet, as <c>node.labels.disk==ssd</c>.</summary>
    [Parameter]
    public string[]? Constraint { get; set; }

    /// <summary>Published ports, as <c>8080:80</c> or <c>published=8080,target=80,mode=host</c>.</summary>
    [Parameter]
    public string[]? Publish { get; set; }

    /// <summary>Do not wait until the service runs.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var spec = Spec();
        if (!ShouldProcess(Name ?? Image, "Create the service"))
            return;
        var created = await Swarm.CreateServiceAsync(spec, stop);
        foreach (var warning in created.Warnings.OrEmpty())
            WriteWarning(warning);
        var name = (await Swarm.GetServiceAsync(created.Id, stop)).Spec.Name!;
        try
        {
            if (!NoWait)
                await ConvergeAsync(created.Id, name, stop);
        }
        finally
        {
            // The service is there, whatever came of the wait.
            WriteObject(SwarmServiceView.Of(await ServiceQueries.OneAsync(Swarm, created.Id, CancellationToken.None)));
        }
    }

    private ServiceSpec Spec() => ApplyShared(new()
    {
        Name = Name,
        Labels = Label is null ? null : Settings.ToMap(Label),
        Mode = Mode == "Global" ? new() { Global = new() } : new() { Replicated = new(Replicas) },
        EndpointSpec = Publish is null ? null : new() { Ports = Publish.SelectMany(PortNotation.Parse).ToValueList() },
        TaskTemplate = new()
        {
            Placement = Constraint is null ? null : new() { Constraints = Constraint.ToValueList() },
            ContainerSpec = new()
            {
                Image = Image,
                Env = EnvironmentFile is null && Environment is null ? null : Settings.ChangeList(FromFiles(), remove: null, Environment),
                Labels = ContainerLabel is null ? null : Settings.ToMap(ContainerLabel),
                Mounts = Mount?.Select(MountNotation.Parse).ToValueList(),
            },
        },
    });

    private ValueList<string> FromFiles() => (EnvironmentFile ?? [])
        .SelectMany(file => File.ReadLines(GetUnresolvedProviderPathFromPSPath(file)))
        .Select(line => line.Trim())
        .Where(line => line.Length > 0 && line[0] != '#')
        .ToValueList();
}
