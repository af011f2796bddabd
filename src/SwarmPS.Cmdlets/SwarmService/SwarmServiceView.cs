using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>A service.</summary>
public sealed record SwarmServiceView
{
    /// <summary>The service's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>replicated, global, replicated job or global job.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Tasks that should run.</summary>
    public ulong Replicas { get; init; }

    /// <summary>Tasks that run.</summary>
    public ulong Running { get; init; }

    /// <summary>The image.</summary>
    public string Image { get; init; } = "";

    /// <summary>Published ports, as <c>*:8080->80/tcp</c>.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Its labels.</summary>
    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>How the last update went.</summary>
    public UpdateStatus? UpdateStatus { get; init; }

    /// <summary>When it was made.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTime UpdatedAt { get; init; }

    /// <summary>Its version: counts changes.</summary>
    public ulong Version { get; init; }

    /// <summary>All that is wanted, in the Engine API's words.</summary>
    public ServiceSpec Spec { get; init; } = new();

    internal static SwarmServiceView Of(Service service) => new()
    {
        Id = service.Id,
        Name = service.Spec.Name ?? "",
        Mode = ModeOf(service.Spec.Mode),
        Replicas = service.ServiceStatus?.DesiredTasks ?? service.Spec.Mode?.Replicated?.Replicas ?? 0,
        Running = service.ServiceStatus?.RunningTasks ?? 0,
        Image = service.Spec.TaskTemplate.ContainerSpec?.Image ?? "",
        Ports = service.Endpoint?.Ports.OrEmpty().Select(Text).ToList() ?? [],
        Labels = service.Spec.Labels.OrEmpty(),
        UpdateStatus = service.UpdateStatus,
        CreatedAt = service.CreatedAt.ToDateTimeOffset().LocalDateTime,
        UpdatedAt = service.UpdatedAt.ToDateTimeOffset().LocalDateTime,
        Version = service.Version.Index,
        Spec = service.Spec,
    };

    private static string ModeOf(ServiceMode? mode) => mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated job",
        { GlobalJob: not null } => "global job",
        _ => "replicated",
    };

    private static string Text(PortConfig port) => $"*:{port.PublishedPort}->{port.TargetPort}/{ApiEnumConverter.Word(port.Protocol ?? PortProtocol.Tcp)}";
}
