using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which tasks a list shows.</summary>
internal static class TaskQuery
{
    /// <summary>The tasks that fit, in no order. Services and nodes in filters are looked up as everywhere.</summary>
    public static IEnumerable<SwarmTask> List(Snapshot state, string? filtersJson)
    {
        var filters = ListFilters.Parse(filtersJson, "name", "id", "label", "service", "node", "desired-state", "runtime", "_up-to-date");
        var states = filters.Words<TaskState>("desired-state");
        var services = filters.Of("service").Select(input => Lookup.Service(state, input)).ToList();
        var nodes = filters.Of("node").Select(input => Lookup.Node(state, input).Id).ToHashSet(StringComparer.Ordinal);
        // The index of a service's tasks is far smaller than the table.
        var candidates = services.Count > 0 ? services.DistinctBy(service => service.Id).SelectMany(service => state.TasksOfService(service.Id)) : state.Tasks.All;
        return candidates.Where(task =>
            (nodes.Count == 0 || nodes.Contains(task.NodeId)) &&
            (states.Count == 0 || states.Contains(task.DesiredState)) &&
            filters.Begins("id", task.Id) &&
            filters.Begins("name", task.TaskName) &&
            filters.HasLabels("label", task.Labels) &&
            filters.Is("runtime", string.IsNullOrEmpty(task.Spec.Runtime) ? "container" : task.Spec.Runtime) &&
            (filters.Of("_up-to-date").Count == 0 || filters.Is("_up-to-date", IsUpToDate(state, task) ? "true" : "false")));
    }

    /// <summary>A task with its networks as they are: the store has their ids alone.</summary>
    public static SwarmTask WithNetworks(Snapshot state, SwarmTask task) => task.NetworksAttachments is not { Count: > 0 } attachments ? task : task with
    {
        NetworksAttachments = attachments.Select(attachment => attachment with { Network = state.Networks.Find(attachment.Network?.Id ?? "") ?? attachment.Network }).ToValueList(),
    };

    /// <summary>Whether a task is as its service wants it now.</summary>
    public static bool IsUpToDate(Snapshot state, SwarmTask task) =>
        state.Services.Find(task.ServiceId) is { } service && !TaskTemplates.IsOutdated(state, service, task);
}
