using System.Globalization;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using ModelTask = SwarmPS.Model.SwarmTask;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>Names of the services and nodes that tasks belong to.</summary>
internal sealed class TaskPlaces(List<Node> nodes, List<Service> services)
{
    private readonly Dictionary<string, string> nodeNames = nodes.ToDictionary(node => node.Id, node => node.Description?.Hostname ?? node.Id);
    private readonly Dictionary<string, string> serviceNames = services.ToDictionary(service => service.Id, service => service.Spec.Name ?? service.Id);

    private readonly HashSet<string> replicatedJobs = services.Where(service => service.Spec.Mode is { ReplicatedJob: not null }).Select(service => service.Id).ToHashSet();

    public List<Node> Nodes => nodes;

    public List<Service> Services => services;

    public static async Task<TaskPlaces> ReadAsync(SwarmClient swarm, CancellationToken stop)
    {
        var nodes = swarm.ListNodesAsync(new ApiFilters(), stop);
        var services = swarm.ListServicesAsync(new ApiFilters(), stop);
        return new(await nodes, await services);
    }

    /// <summary>Whose tasks a user means by a service's name, id, beginning of an id or pattern, or by a task's name. Throws where that is none.</summary>
    public IEnumerable<ServiceTasks> ServicesOf(string wanted)
    {
        var name = TaskName.Parse(wanted);
        return Selection.Pick(services, name?.Service ?? wanted, service => service.Spec.Name, "Service")
            .Select(service => new ServiceTasks(service.Id, name is null ? null : task => PlaceOf(task) == name.Place && task.Id.StartsWith(name.Id, StringComparison.Ordinal)));
    }

    /// <summary>A task as it is shown.</summary>
    public SwarmTaskInfo InfoOf(ModelTask task, bool isFormer, DateTimeOffset now) => new(task, ServiceOf(task), PlaceOf(task), NodeOf(task), isFormer, now);

    /// <summary>A global service has one task for each node, so the node is the place. Replicated jobs count from 0.</summary>
    public string GlobalNodeOf(ModelTask task) => task.Slot == 0 && !replicatedJobs.Contains(task.ServiceId) ? task.NodeId : "";

    public string ServiceOf(ModelTask task) => serviceNames.GetValueOrDefault(task.ServiceId, task.ServiceId);

    private string PlaceOf(ModelTask task) => GlobalNodeOf(task) is { Length: > 0 } node ? node : task.Slot.ToString(CultureInfo.InvariantCulture);

    private string NodeOf(ModelTask task) => nodeNames.GetValueOrDefault(task.NodeId, task.NodeId);
}
