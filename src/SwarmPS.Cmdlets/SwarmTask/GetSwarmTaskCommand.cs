using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Shows tasks: of services, of nodes, by id, or all. Tasks that were replaced are shown too, with what ended them.</summary>
[Cmdlet(VerbsCommon.Get, "SwarmTask", DefaultParameterSetName = "List")]
[OutputType(typeof(SwarmTaskView))]
public sealed class GetSwarmTaskCommand : SwarmCmdlet
{
    /// <summary>Ids of tasks, or their beginnings.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true, Position = 0)]
    public string[] Id { get; set; } = [];

    /// <summary>Services, by name or id.</summary>
    [Parameter(ParameterSetName = "List", Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "ServiceId")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[]? Service { get; set; }

    /// <summary>Nodes, by name or id.</summary>
    [Parameter(ParameterSetName = "List")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[]? Node { get; set; }

    /// <summary>Only tasks that should run, or that should not.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateSet("Running", "Shutdown", "Accepted")]
    public string? DesiredState { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        List<SwarmTask> tasks = [];
        if (ParameterSetName == "Id")
            await ForEachAsync(Id, async id => tasks.Add(await Swarm.GetTaskAsync(id, stop)));
        else
            tasks = await Swarm.ListTasksAsync(await FiltersAsync(stop), stop);
        if (tasks.Count == 0)
            return;
        var services = (await Swarm.ListServicesAsync(new(), stop)).ToDictionary(service => service.Id, service => service.Spec.Name!);
        var nodes = (await Swarm.ListNodesAsync(new(), stop)).ToDictionary(node => node.Id, node => node.Description?.Hostname ?? node.Id);
        var views = tasks.Select(task => SwarmTaskView.Of(task, services.GetValueOrDefault(task.ServiceId, task.ServiceId), nodes.GetValueOrDefault(task.NodeId, task.NodeId)));
        foreach (var view in views.OrderBy(view => view.ServiceId, StringComparer.Ordinal).ThenBy(view => view.Slot).ThenByDescending(view => view.DesiredState <= TaskState.Running).ThenByDescending(view => view.StateSince))
            WriteObject(view);
    }

    private async Task<ApiFilters> FiltersAsync(CancellationToken stop)
    {
        var filters = new ApiFilters();
        // A name that is none is an error, as one would expect of a name, and not an empty list.
        foreach (var service in Service ?? [])
            filters.Add("service", (await Swarm.GetServiceAsync(service, stop)).Id);
        foreach (var node in Node ?? [])
            filters.Add("node", (await Swarm.GetNodeAsync(node, stop)).Id);
        if (DesiredState is not null)
            filters.Add("desired-state", DesiredState.ToLowerInvariant());
        return filters;
    }
}
