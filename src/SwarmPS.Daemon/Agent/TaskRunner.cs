using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Agent;

/// <summary>What the runners of one agent share.</summary>
internal sealed record RunnerContext
{
    /// <summary>The swarm's id, for labels.</summary>
    public required string SwarmId { get; init; }

    /// <summary>The engine.</summary>
    public required IEngine Engine { get; init; }

    /// <summary>Whether the engine can be reached.</summary>
    public required EngineWatch Watch { get; init; }

    /// <summary>Files in memory.</summary>
    public required TaskFolders Folders { get; init; }

    /// <summary>Images.</summary>
    public required ImageStore Images { get; init; }

    /// <summary>Places for those that create and start containers.</summary>
    public required SemaphoreSlim Starts { get; init; }

    /// <summary>Takes a task's status, to be kept and reported.</summary>
    public required Action<string, SwarmTaskStatus> Report { get; init; }

    /// <summary>The networks; null on a node without a data plane.</summary>
    public NodeNetworkKeeper? Networks { get; init; }

    /// <summary>What this node says of itself; templates read it.</summary>
    public required Func<NodeDescription?> Node { get; init; }

    /// <summary>The time.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }
}

/// <summary>
/// Brings one task to where the managers want it, step by step (<see cref="TaskSteps"/>). What happens outside (a new desired
/// state, an event of the engine) only changes the position and wakes the loop; the loop alone acts.
/// </summary>
internal sealed partial class TaskRunner
{
    private readonly RunnerContext shared;
    private readonly Lock gate = new();
    private SwarmTask task;
    private SwarmTaskStatus status;
    private EngineContainer? container;
    private ContainerCondition condition;
    private ContainerHealth health;
    private int? exitCode;
    private bool wasUnhealthy;
    private bool forgotten;
    private bool holdsStart;
    private bool hasFiles;
    private bool filesEmptied;
    private string? warning;
    private TaskCompletionSource wake = NewSignal();
    private TaskCompletionSource containerKnown = NewSignal();
    private CancellationTokenSource? effort;

    /// <summary>A runner for a task that has come as far as its status says.</summary>
    public TaskRunner(SwarmTask task, RunnerContext shared) => (this.task, status, this.shared) = (task, task.Status, shared);

    /// <summary>The task's id.</summary>
    public string TaskId => task.Id;

    /// <summary>How far the task has come.</summary>
    public SwarmTaskStatus Status
    {
        get
        {
            lock (gate)
                return status;
        }
    }

    /// <summary>The task's container, as soon as there is one.</summary>
    public Task ContainerKnown
    {
        get
        {
            lock (gate)
                return containerKnown.Task;
        }
    }

    /// <summary>The engine's id of the task's container, or null.</summary>
    public string? ContainerId
    {
        get
        {
            lock (gate)
                return condition == ContainerCondition.None ? null : container?.Id ?? status.ContainerStatus?.ContainerId;
        }
    }

    /// <summary>The task as the managers want it.</summary>
    public SwarmTask Assigned
    {
        get
        {
            lock (gate)
                return task;
        }
    }

    /// <summary>Takes what the managers want of the task now. A task that they know to be over is not brought up once more.</summary>
    public void Assign(SwarmTask wanted) => Change(() =>
    {
        task = wanted;
        if (TaskSteps.IsOver(wanted.Status.State) && wanted.Status.State > status.State)
            status = wanted.Status;
    });

    /// <summary>The managers know the task no more: its container goes, and the runner ends.</summary>
    public void Forget() => Change(() => forgotten = true);

    /// <summary>Takes what a list of containers says of this task's; null where it is not in the list.</summary>
    public void Observe(EngineContainer? listed) => Change(() =>
    {
        if (listed is null)
        {
            // The list may be older than the container: only the engine's word on this very container counts.
            condition = container is null && status.ContainerStatus?.ContainerId is null ? ContainerCondition.None : ContainerCondition.Unknown;
            return;
        }
        // A list that says anything else than what is known may be older than that: the engine is asked again.
        var settled = condition is ContainerCondition.Unknown or ContainerCondition.None
            ? listed.Condition == ContainerCondition.Created
                || TaskSteps.IsOver(status.State)
                || (listed.Condition == ContainerCondition.Running && status.State == TaskState.Running)
            : listed.Condition == condition;
        Adopt(container?.Id == listed.Id ? container with { Condition = listed.Condition, Health = listed.Health } : listed, settled);
    });

    /// <summary>Takes an event of the task's container.</summary>
    public void Observe(EngineEvent happened) => Change(() =>
    {
        if (ContainerId is { } known && known != happened.ContainerId)
            return;
        switch (happened.Kind)
        {
            case EngineEventKind.Died:
                (condition, exitCode) = (ContainerCondition.Ended, happened.ExitCode);
                break;
            case EngineEventKind.Destroyed:
                condition = ContainerCondition.None;
                break;
            case EngineEventKind.Healthy:
                health = ContainerHealth.Healthy;
                break;
            case EngineEventKind.Unhealthy:
                (health, wasUnhealthy) = (ContainerHealth.Unhealthy, true);
                break;
        }
    });

    /// <summary>Runs until the task is forgotten and nothing is left of it, or until stopped, which touches no container.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(shared.Clock);
        try
        {
            while (true)
            {
                try
                {
                    await StepOnAsync(stop).ConfigureAwait(false);
                    shared.Folders.Remove(TaskId);
                    return;
                }
                catch (Exception fault)
                {
                    // What fails once it was asked to stop fails because of that.
                    stop.ThrowIfCancellationRequested();
                    // A fault of our own ends the task, but its container must still be looked after.
                    shared.Log.RunnerFailed(fault, TaskId);
                    Fail($"The agent failed: {fault.Message}");
                    ReleaseStart();
                }
                await backoff.WaitAsync(stop).ConfigureAwait(false);
            }
        }
        finally
        {
            ReleaseStart();
            effort?.Dispose();
        }
    }

    private async Task StepOnAsync(CancellationToken stop)
    {
        while (true)
        {
            var (step, changed) = Decide(stop);
            if (step == TaskStep.End)
                return;
            if (step is TaskStep.Wait or TaskStep.Discover)
                ReleaseStart();
            EmptyFilesOfEnded();
            await ShowNetworksAsync(stop).ConfigureAwait(false);
            await TakeAsync(step, changed, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A task that is over has no use for its secrets, though its container is kept for a while.</summary>
    private void EmptyFilesOfEnded()
    {
        if (filesEmptied || !TaskSteps.IsOver(Status.State) || condition is ContainerCondition.Running or ContainerCondition.Unknown)
            return;
        filesEmptied = true;
        shared.Folders.Empty(TaskId);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (TaskStep Step, Task Changed) Decide(CancellationToken stop)
    {
        lock (gate)
        {
            if (wake.Task.IsCompleted)
                wake = NewSignal();
            if (effort is null || effort.IsCancellationRequested)
            {
                effort?.Dispose();
                effort = CancellationTokenSource.CreateLinkedTokenSource(stop);
            }
            return (TaskSteps.Next(new(status.State, task.DesiredState, forgotten, condition, health, SaidUnwell: status is { State: TaskState.Running, Err: not null })), wake.Task);
        }
    }

    /// <summary>Changes the position and wakes the loop; an effort to bring the task up ends where it is no longer wanted.</summary>
    private void Change(Action change)
    {
        CancellationTokenSource? given = null;
        lock (gate)
        {
            change();
            if (forgotten || task.DesiredState >= TaskState.Shutdown)
                given = effort;
            wake.TrySetResult();
        }
        try
        {
            // Not here and now: what waits for it must not run on inside the caller's locks.
            _ = given?.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The runner ended meanwhile: there is no effort left to give up.
        }
    }

    /// <summary>Takes a container as this task's. One that is not settled is looked at more closely before anything follows from it.</summary>
    private void Adopt(EngineContainer found, bool settled)
    {
        container = found;
        condition = settled ? found.Condition : ContainerCondition.Unknown;
        if (found.Health != ContainerHealth.None)
            health = found.Health;
        wasUnhealthy |= found.Health == ContainerHealth.Unhealthy;
        containerKnown.TrySetResult();
    }

    private void ReleaseStart()
    {
        if (!holdsStart)
            return;
        holdsStart = false;
        shared.Starts.Release();
    }

    private void Report(TaskState state, string? message = null, string? err = null)
    {
        lock (gate)
        {
            if (forgotten || TaskSteps.IsOver(status.State) || state < status.State)
                return;
            status = new()
            {
                Timestamp = Timestamp.From(shared.Clock.GetUtcNow()),
                State = state,
                Message = ReportRules.Cut(message) ?? status.Message,
                Err = ReportRules.Cut(err),
                ContainerStatus = ContainerNow(),
                PortStatus = container is { Ports.Count: > 0, Condition: ContainerCondition.Running } ? new(container.Ports) : status.PortStatus,
            };
        }
        shared.Report(TaskId, status);
    }

    private ContainerStatus? ContainerNow()
    {
        if ((container?.Id ?? status.ContainerStatus?.ContainerId) is not { } id)
            return null;
        var pid = container?.Pid is > 0 and var known ? known : status.ContainerStatus?.Pid ?? 0;
        return new() { ContainerId = id, Pid = condition == ContainerCondition.Running ? pid : 0, ExitCode = exitCode ?? 0 };
    }

    /// <summary>The task ends by an error: rejected where its container was never started.</summary>
    private void Fail(string reason)
    {
        var state = Status.State < TaskState.Starting ? TaskState.Rejected : TaskState.Failed;
        shared.Log.TaskFailed(task.TaskName, state.ToString(), reason);
        Report(state, err: reason);
    }
}
