using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>A service of the swarm.</summary>
public sealed record SwarmServiceInfo
{
    internal SwarmServiceInfo(Service service)
    {
        Id = service.Id;
        Name = service.Spec.Name ?? "";
        Mode = ModeWord(service.Spec.Mode);
        Replicas = service.ServiceStatus?.DesiredTasks ?? service.Spec.Mode?.Replicated?.Replicas ?? 0;
        Running = service.ServiceStatus?.RunningTasks ?? 0;
        Completed = service.ServiceStatus?.CompletedTasks ?? 0;
        Completions = service.Spec.Mode is { ReplicatedJob: { } job } ? job.TotalCompletions ?? 1 : service.Spec.Mode is { GlobalJob: not null } ? Replicas + Completed : 0;
        LastExecution = service.JobStatus?.LastExecution?.ToLocalTime();
        Image = service.Spec.TaskTemplate.ContainerSpec?.Image ?? "";
        Ports = (service.Endpoint?.Ports ?? service.Spec.EndpointSpec?.Ports).OrEmpty().Select(PortNotation.Format).ToArray();
        Labels = Dictionaries.Of(service.Spec.Labels);
        UpdateState = service.UpdateStatus?.State;
        UpdateMessage = service.UpdateStatus?.Message ?? "";
        CreatedAt = service.CreatedAt.ToLocalTime();
        UpdatedAt = service.UpdatedAt.ToLocalTime();
        Version = service.Version.Index;
        Spec = service.Spec;
        MaxReplicasPerNode = service.Spec.TaskTemplate.Placement?.MaxReplicas ?? 0;
    }

    /// <summary>The service's id.</summary>
    public string Id { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>replicated, global, replicated-job or global-job.</summary>
    public string Mode { get; }

    /// <summary>Tasks that should run; of a job those that may still be on their way at a time.</summary>
    public ulong Replicas { get; }

    /// <summary>Tasks that run.</summary>
    public ulong Running { get; }

    /// <summary>Tasks of a job's last run that have completed.</summary>
    public ulong Completed { get; }

    /// <summary>Tasks of a job that should complete; 0 for what is none.</summary>
    public ulong Completions { get; }

    /// <summary>When a job was last started; null for what is none.</summary>
    public DateTime? LastExecution { get; }

    /// <summary>The image of its containers.</summary>
    public string Image { get; }

    /// <summary>Published ports, as <c>*:8080->80/tcp</c>.</summary>
    public string[] Ports { get; }

    /// <summary>Labels of the service.</summary>
    public IDictionary<string, string> Labels { get; }

    /// <summary>Where the last update stands; null where there was none.</summary>
    public UpdateState? UpdateState { get; }

    /// <summary>What the last update has to say.</summary>
    public string UpdateMessage { get; }

    /// <summary>Replicas that a node may have; 0 is without limit.</summary>
    public ulong MaxReplicasPerNode { get; }

    /// <summary>When it was made.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>When it last changed.</summary>
    public DateTime UpdatedAt { get; }

    /// <summary>Counts its changes.</summary>
    public ulong Version { get; }

    /// <summary>What is wanted of it, as the Engine API has it.</summary>
    public ServiceSpec Spec { get; }

    /// <summary>Running and wanted tasks as tables show them: <c>2/3</c>, of a job <c>0/1 (3/5 completed)</c>.</summary>
    public string DisplayReplicas => $"{Running}/{Replicas}" +
        (LastExecution is null ? "" : $" ({Completed}/{Completions} completed)") + (MaxReplicasPerNode == 0 ? "" : $" (max {MaxReplicasPerNode} per node)");

    /// <summary>The image as tables show it: without its digest.</summary>
    public string DisplayImage => WithoutDigest(Image);

    /// <summary>The ports as tables show them.</summary>
    public string DisplayPorts => string.Join(", ", Ports);

    /// <summary>An image without the digest that was found for it.</summary>
    internal static string WithoutDigest(string image) => image.Split('@')[0] is { Length: > 0 } name ? name : image;

    private static string ModeWord(ServiceMode? mode) => mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated-job",
        { GlobalJob: not null } => "global-job",
        _ => "replicated",
    };
}
