using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Notation;
using ModelTask = SwarmPS.Model.SwarmTask;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>Waits, with a progress bar, until a node is what was asked of it: empty where drained, in its new role, heard from.</summary>
internal sealed class NodeWait(Cmdlet cmdlet, SwarmClient swarm, TimeSpan timeout)
{
    /// <summary>What is waited where nothing is said: long enough for containers that stop slowly.</summary>
    public static readonly TimeSpan TimeoutDefault = TimeSpan.FromMinutes(10);

    private const int NamesMax = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(45);

    /// <summary>Returns when nothing is missing any more. Throws <see cref="SwarmFailureException"/> when time is up, naming what is.</summary>
    /// <param name="id">The node.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="wanted">What was asked of it.</param>
    /// <param name="stop">Set when the pipeline is stopped.</param>
    public async Task RunAsync(string id, string name, NodeSpec wanted, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(timeout < TimeoutMax ? timeout : TimeoutMax, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        // The first look is not hurried, so that a time-out can always say what is missing.
        var missing = await MissingAsync(id, wanted, stop);
        try
        {
            while (missing is not null)
            {
                cmdlet.WriteProgress(new ProgressRecord(0, $"Node {name}", missing));
                await Task.Delay(Pause, TimeProvider.System, either.Token);
                missing = await MissingAsync(id, wanted, either.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new SwarmFailureException("NodeTimeout", ErrorCategory.OperationTimeout,
                $"Node {name} is not yet what was asked of it after {Durations.Format(timeout)}: {missing}. The swarm goes on; Get-SwarmNode and Get-SwarmTask -Node {name} show how far it is, and -Timeout sets how long to wait.");
        }
        finally
        {
            if (!stop.IsCancellationRequested)
                cmdlet.WriteProgress(new ProgressRecord(0, $"Node {name}", "done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private async Task<string?> MissingAsync(string id, NodeSpec wanted, CancellationToken stop)
    {
        var node = await swarm.GetNodeAsync(id, stop);
        var tasks = wanted.Availability == NodeAvailability.Drain ? await swarm.ListTasksAsync(new ApiFilters().Add("node", id), stop) : [];
        return Missing(node, tasks, wanted);
    }

    /// <summary>What is missing; null for nothing.</summary>
    /// <param name="node">The node as it is.</param>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="wanted">What was asked of it.</param>
    internal static string? Missing(Node node, IReadOnlyCollection<ModelTask> tasks, NodeSpec wanted)
    {
        // What runs on a node that is down cannot be told, and is started elsewhere.
        var left = node.Status.State == NodeState.Down ? [] : tasks.Where(task => task.Status.State <= TaskState.Running).ToList();
        return wanted.Role switch
        {
            NodeRole.Manager when node.ManagerStatus?.Reachability != Reachability.Reachable => "it is no manager yet",
            NodeRole.Worker when node.ManagerStatus is not null => "it is still a manager",
            // Out of the quorum, and not yet connected with its certificate as a worker.
            NodeRole.Worker when node.Status.State == NodeState.Unknown => node.Status.Message ?? "it is not connected as a worker yet",
            _ when left.Count > 0 && wanted.Availability == NodeAvailability.Drain =>
                $"{left.Count} {(left.Count == 1 ? "task has" : "tasks have")} not ended: {string.Join(", ", left.Take(NamesMax).Select(NameOf))}{(left.Count > NamesMax ? ", …" : "")}",
            _ => null,
        };
    }

    private static string NameOf(ModelTask task) => task.ServiceName is { Length: > 0 } service ? $"{service}.{task.Slot}" : task.Id;
}
