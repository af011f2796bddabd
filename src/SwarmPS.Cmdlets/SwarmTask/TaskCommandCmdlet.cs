using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Cmdlets.SwarmService;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>What the cmdlets share that run commands in tasks.</summary>
/// <error id="TaskNotFound">There is no such task, or none of the service's runs.</error>
/// <error id="ServiceNotFound">There is no such service.</error>
public abstract class TaskCommandCmdlet : SwarmCmdlet
{
    /// <summary>Runs as this user, <c>user</c> or <c>user:group</c>, by name or number.</summary>
    /// <value>the container's</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>Runs in this folder of the container.</summary>
    /// <value>the container's</value>
    [Parameter]
    [Alias("Workdir")]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables besides the container's: a hashtable, or NAME=value texts; a bare NAME takes the value it has here.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [Alias("Env")]
    public string[]? Environment { get; set; }

    /// <summary>With all capabilities of the node. The swarm has to admit it: <c>Set-Swarm -Admit privileged</c>.</summary>
    [Parameter]
    public SwitchParameter Privileged { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Task";

    /// <summary>What is asked of the daemon.</summary>
    private protected TaskExecRequest RequestFor(IEnumerable<string> command) => new()
    {
        Cmd = command.ToValueList(),
        User = User,
        WorkingDir = WorkingDirectory,
        Env = Environment is null ? null : Environments.Of([], Environment),
        Privileged = Privileged,
    };

    /// <summary>The tasks of a service that run, by slot, or the one that is called so. Throws where none does.</summary>
    private protected static async Task<List<SwarmTaskInfo>> RunningAsync(SwarmClient swarm, TaskPlaces places, string wanted, CancellationToken stop)
    {
        var services = places.ServicesOf(wanted).ToList();
        var filters = new ApiFilters().Add("desired-state", "running");
        services.ForEach(service => filters.Add("service", service.ServiceId));
        List<SwarmTaskInfo> running = services.Count == 0 ? [] :
        [
            .. (await swarm.ListTasksAsync(filters, stop)).Where(task => task.Status.State == TaskState.Running && services.Exists(service => service.Fits(task)))
                .OrderBy(places.ServiceOf, StringComparer.Ordinal).ThenBy(task => task.Slot).ThenBy(task => task.NodeId, StringComparer.Ordinal)
                .Select(task => places.InfoOf(task, isFormer: false, TimeProvider.System.GetUtcNow())),
        ];
        return running.Count > 0 || Selection.IsPattern(wanted) ? running : throw new SwarmFailureException(
            "TaskNotFound", ErrorCategory.ObjectNotFound, $"No task of {wanted} runs. Get-SwarmTask {wanted} shows how far they are, and why.");
    }

    /// <summary>A task by its id, or the running one of that name.</summary>
    private protected static async Task<SwarmTaskInfo> FindAsync(SwarmClient swarm, TaskPlaces places, string wanted, CancellationToken stop) => TaskName.Parse(wanted) is null
        ? places.InfoOf(await swarm.GetTaskAsync(wanted, stop), isFormer: false, TimeProvider.System.GetUtcNow())
        : (await RunningAsync(swarm, places, wanted, stop))[0];
}
