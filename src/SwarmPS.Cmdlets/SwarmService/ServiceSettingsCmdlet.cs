using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>
/// The settings of a service that can be given when it is made and changed later. What is not given stays as it is; a collection that
/// is given takes the place of the whole of the old one.
/// </summary>
public abstract partial class ServiceSettingsCmdlet : ConvergingCmdlet
{
    /// <summary>Labels of the service: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? Label { get; set; }

    /// <summary>How the service's name resolves: to one virtual address or to those of its tasks.</summary>
    /// <value><c>Vip</c></value>
    [Parameter]
    public EndpointMode? EndpointMode { get; set; }

    /// <summary>Published ports, as <c>8080:80</c>, on every node, <c>127.0.0.1:8080:80</c>, on that address of every node, or <c>published=8080,target=80,mode=host</c>, on those of the tasks.</summary>
    /// <value>none</value>
    [Parameter]
    [PortTransformation]
    [AllowEmptyCollection]
    [Alias("Port")]
    public PortConfig[]? Publish { get; set; }

    /// <summary>Networks of the swarm, or one of the engine's own: names, or <c>name=web,alias=www</c>, or hashtables.</summary>
    /// <value>the engine's own</value>
    [Parameter]
    [NetworkTransformation]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public NetworkAttachmentConfig[]? Network { get; set; }

    /// <summary>The name and password that let nodes pull the image. They are kept sealed with the service.</summary>
    /// <value>none; on a change, those the service has</value>
    [Parameter]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>Where output goes.</summary>
    /// <value>the engine's</value>
    [Parameter]
    public string? LogDriver { get; set; }

    /// <summary>The log driver's options: a hashtable, or NAME=value texts.</summary>
    /// <value>the engine's</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    [Alias("LogOpt")]
    public string[]? LogOption { get; set; }

    /// <summary>Replicas of the service; of a replicated job the number of tasks that are to complete.</summary>
    /// <value>1</value>
    [Parameter]
    public ulong? Replicas { get; set; }

    /// <summary>Tasks of a replicated job that run at a time.</summary>
    /// <value>all of them</value>
    [Parameter]
    public ulong? MaxConcurrent { get; set; }

    private ServiceMode? ModeOf(ServiceSpec spec)
    {
        var mode = Replicas is null ? spec.Mode : ServiceModes.WithReplicas(spec, Replicas.Value);
        return MaxConcurrent is null ? mode : ServiceModes.WithConcurrency(spec with { Mode = mode }, MaxConcurrent.Value);
    }

    /// <summary>A spec with what was given in place of what stood there.</summary>
    internal virtual ServiceSpec ApplyTo(ServiceSpec spec)
    {
        var template = spec.TaskTemplate;
        return spec with
        {
            Labels = LabelsOf(spec.Labels),
            Mode = ModeOf(spec),
            EndpointSpec = EndpointMode is null && Publish is null
                ? spec.EndpointSpec
                : (spec.EndpointSpec ?? new()) with
                {
                    Mode = EndpointMode ?? spec.EndpointSpec?.Mode,
                    Ports = Publish?.ToValueList() ?? spec.EndpointSpec?.Ports,
                },
            UpdateConfig = UpdateOf(spec.UpdateConfig),
            RollbackConfig = RollbackOf(spec.RollbackConfig),
            TaskTemplate = template with
            {
                ContainerSpec = ContainerOf(template.ContainerSpec ?? new()),
                Resources = ResourcesOf(template.Resources),
                RestartPolicy = RestartOf(template.RestartPolicy),
                Placement = PlacementOf(template.Placement),
                Networks = Network?.ToValueList() ?? template.Networks,
                LogDriver = LogDriver is null && LogOption is null
                    ? template.LogDriver
                    : (template.LogDriver ?? new()) with
                    {
                        Name = LogDriver ?? template.LogDriver?.Name,
                        Options = LogOption is null ? template.LogDriver?.Options : Pairs.ToMap(LogOption),
                    },
            },
        };
    }
}
