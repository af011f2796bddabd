using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which services a list shows, and how.</summary>
internal static class ServiceQuery
{
    private static readonly string[] Modes = ["replicated", "global", "replicated-job", "global-job"];

    /// <summary>The services that fit, by name.</summary>
    public static IEnumerable<Service> List(Snapshot state, string? filtersJson)
    {
        var filters = ListFilters.Parse(filtersJson, "name", "id", "label", "mode", "runtime");
        if (filters.Of("mode").FirstOrDefault(mode => !Modes.Contains(mode)) is { } unknown)
            throw SwarmException.Invalid($"invalid mode filter '{unknown}': it is one of {string.Join(", ", Modes)}");
        return state.Services.All
            .Where(service =>
                filters.Begins("name", service.Spec.Name) &&
                filters.Begins("id", service.Id) &&
                filters.HasLabels("label", service.Spec.Labels) &&
                filters.Is("mode", ModeOf(service.Spec.Mode)) &&
                filters.Is("runtime", string.IsNullOrEmpty(service.Spec.TaskTemplate.Runtime) ? "container" : service.Spec.TaskTemplate.Runtime))
            .OrderBy(service => service.Spec.Name, StringComparer.Ordinal);
    }

    /// <summary>A service with counts of its tasks.</summary>
    public static Service WithStatus(Snapshot state, Service service)
    {
        if (service.JobStatus is { } job)
            return service with { ServiceStatus = JobProgress.Of(state, service, job).ToStatus() };
        ulong running = 0, live = 0;
        foreach (var task in state.TasksOfService(service.Id))
        {
            if (task.DesiredState is TaskState.Running)
                live++;
            if (task.Status.State is TaskState.Running && task.DesiredState is TaskState.Running)
                running++;
        }
        return service with { ServiceStatus = new(running, service.Spec.Mode is { Global: not null } ? live : service.Spec.Mode?.Replicated?.Replicas ?? 1, 0) };
    }

    /// <summary>The word for a mode.</summary>
    public static string ModeOf(ServiceMode? mode) => mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated-job",
        { GlobalJob: not null } => "global-job",
        _ => "replicated",
    };
}
