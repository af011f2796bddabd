using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using ModelTask = SwarmPS.Model.SwarmTask;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>Shows tasks: where they run, how far they have come, and why they have not come further.</summary>
/// <remarks>
/// <para>Tasks come by service and slot, the newest of a slot first; older ones of the same slot are drawn beneath it. A task that waits
/// says why, with counts, in the column ERROR.</para>
/// </remarks>
/// <example>
/// <para>Shows the tasks of a service, ended ones too.</para>
/// <code>
/// Get-SwarmTask web
/// </code>
/// </example>
/// <example>
/// <para>Shows what should run on a node.</para>
/// <code>
/// Get-SwarmTask -Node box -DesiredState Running
/// </code>
/// </example>
/// <example>
/// <para>Shows why tasks of any service failed.</para>
/// <code>
/// Get-SwarmTask | Where-Object State -EQ Failed | ForEach-Object Error
/// </code>
/// </example>
/// <example>
/// <para>Shows the tasks of all services whose names begin so.</para>
/// <code>
/// Get-SwarmService web* | Get-SwarmTask
/// </code>
/// </example>
/// <error id="TaskNotFound">There is no such task.</error>
/// <error id="ServiceNotFound">There is no such service.</error>
/// <error id="NodeNotFound">There is no such node.</error>
/// <error id="ServiceAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsCommon.Get, "SwarmTask", DefaultParameterSetName = "Filter")]
[OutputType(typeof(SwarmTaskInfo))]
public sealed class GetSwarmTaskCommand : SwarmCmdlet
{
    /// <summary>Tasks of these services, by name, id or beginning of an id; <c>web.3</c> is all that were in that place.</summary>
    /// <value>all services</value>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Filter")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[]? Service { get; set; }

    /// <summary>Tasks on these nodes, by name, id or beginning of an id.</summary>
    /// <value>all nodes</value>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Filter")]
    [Alias("Hostname")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[]? Node { get; set; }

    /// <summary>Tasks that should come this far.</summary>
    /// <value>all</value>
    [Parameter(ParameterSetName = "Filter")]
    [ValidateSet("Running", "Shutdown", "Accepted")]
    public string[]? DesiredState { get; set; }

    /// <summary>Tasks by id or beginning of an id.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Task";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var names = await TaskPlaces.ReadAsync(swarm, stop);
        if (ParameterSetName == "Id")
        {
            await ForEachAsync(Id, async id => Write([await swarm.GetTaskAsync(id, stop)], names));
            return;
        }
        var services = (Service ?? []).SelectMany(names.ServicesOf).ToList();
        if (FiltersFor(names, services) is not { } filters)
            return;
        var tasks = await swarm.ListTasksAsync(filters, stop);
        Write(services.TrueForAll(service => service.Place is null) ? tasks : tasks.Where(task => services.Exists(service => service.Fits(task))), names);
    }

    /// <summary>What to ask for; null where a pattern fits nothing, and so no task.</summary>
    private ApiFilters? FiltersFor(TaskPlaces names, List<ServiceTasks> services)
    {
        var filters = new ApiFilters();
        var nodes = (Node ?? []).SelectMany(name => Selection.Pick(names.Nodes, name, known => known.Description?.Hostname, "Node")).ToList();
        if ((Service is { Length: > 0 } && services.Count == 0) || (Node is { Length: > 0 } && nodes.Count == 0))
            return null;
        services.ForEach(service => filters.Add("service", service.ServiceId));
        nodes.ForEach(node => filters.Add("node", node.Id));
        Array.ForEach(DesiredState ?? [], state => filters.Add("desired-state", state.ToLowerInvariant()));
        return filters;
    }

    /// <summary>By service and slot, the newest task of a slot first.</summary>
    private void Write(IEnumerable<ModelTask> tasks, TaskPlaces names)
    {
        var now = TimeProvider.System.GetUtcNow();
        var before = default((string, ulong, string)?);
        foreach (var task in tasks.OrderBy(names.ServiceOf, StringComparer.Ordinal).ThenBy(task => task.Slot).ThenBy(names.GlobalNodeOf, StringComparer.Ordinal).ThenByDescending(task => task.CreatedAt))
        {
            var place = (task.ServiceId, task.Slot, names.GlobalNodeOf(task));
            WriteObject(names.InfoOf(task, place == before, now));
            before = place;
        }
    }
}
