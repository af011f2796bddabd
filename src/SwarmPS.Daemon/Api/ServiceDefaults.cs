using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary>What holds where a service's spec says nothing.</summary>
internal static class ServiceDefaults
{
    private static readonly UpdateConfig Update = new()
    {
        Parallelism = 1,
        FailureAction = UpdateFailureAction.Pause,
        Monitor = TimeSpan.FromSeconds(5),
        Order = UpdateOrder.StopFirst,
    };

    /// <summary>What is stored of a spec: as it was asked for, with what every reader needs to find.</summary>
    public static ServiceSpec Fill(ServiceSpec spec, string nameless) => spec with
    {
        Name = string.IsNullOrEmpty(spec.Name) ? nameless : spec.Name,
        Labels = spec.Labels ?? ValueMap<string>.Empty,
        Mode = Fill(spec.Mode),
        EndpointSpec = (spec.EndpointSpec ?? new()) with { Mode = spec.EndpointSpec?.Mode ?? EndpointMode.Vip },
        TaskTemplate = spec.TaskTemplate with { Runtime = string.IsNullOrEmpty(spec.TaskTemplate.Runtime) ? "container" : spec.TaskTemplate.Runtime },
    };

    /// <summary>A spec with everything filled in that was left open: what <c>insertDefaults</c> shows.</summary>
    public static ServiceSpec Show(ServiceSpec spec)
    {
        var task = spec.TaskTemplate;
        var isJob = spec.Mode is { ReplicatedJob: not null } or { GlobalJob: not null };
        return spec with
        {
            TaskTemplate = task with
            {
                ContainerSpec = task.ContainerSpec is not { } container ? null : container with
                {
                    StopGracePeriod = container.StopGracePeriod ?? TimeSpan.FromSeconds(10),
                    DnsConfig = container.DnsConfig ?? new(),
                },
                Resources = new()
                {
                    Limits = task.Resources?.Limits ?? new(),
                    Reservations = task.Resources?.Reservations ?? new(),
                    SwapBytes = task.Resources?.SwapBytes,
                    MemorySwappiness = task.Resources?.MemorySwappiness,
                },
                RestartPolicy = new()
                {
                    Condition = task.RestartPolicy?.Condition ?? RestartCondition.Any,
                    Delay = task.RestartPolicy?.Delay ?? TimeSpan.FromSeconds(5),
                    MaxAttempts = task.RestartPolicy?.MaxAttempts ?? 0,
                    Window = task.RestartPolicy?.Window,
                },
                Placement = task.Placement ?? new(),
            },
            UpdateConfig = isJob ? null : Show(spec.UpdateConfig),
            RollbackConfig = isJob ? null : Show(spec.RollbackConfig),
        };
    }

    private static ServiceMode Fill(ServiceMode? mode) => mode switch
    {
        null or { Replicated: null, Global: null, ReplicatedJob: null, GlobalJob: null } => new() { Replicated = new(1) },
        { Replicated: { Replicas: null } } => mode with { Replicated = new(1) },
        { ReplicatedJob: { } job } => mode with { ReplicatedJob = new(job.MaxConcurrent ?? 1, job.TotalCompletions ?? job.MaxConcurrent ?? 1) },
        _ => mode,
    };

    private static UpdateConfig Show(UpdateConfig? config) => config is null ? Update : config with
    {
        FailureAction = config.FailureAction ?? Update.FailureAction,
        Monitor = config.Monitor ?? Update.Monitor,
        Order = config.Order ?? Update.Order,
    };
}
