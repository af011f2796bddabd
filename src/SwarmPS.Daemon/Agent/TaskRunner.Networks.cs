using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>The task's place in the networks of the swarm.</summary>
internal sealed partial class TaskRunner
{
    private int shownProcess;

    private bool IsOnNetworks => task.NetworksAttachments is { Count: > 0 };

    /// <summary>How the container is on its networks, once they are there; null where it is on none of the swarm's.</summary>
    private async Task<ContainerNetworking?> AttachAsync(CancellationToken wanted)
    {
        if (!IsOnNetworks)
            return null;
        var networks = shared.Networks ?? throw new TaskRefusedException("This node has no networks of the swarm: its daemon was started without them.");
        await networks.UntilPlacedAsync(task, why => Report(Status.State, err: $"the task's networks are not ready: {why}"), wanted).ConfigureAwait(false);
        return await networks.Plane.AttachAsync(task, wanted).ConfigureAwait(false);
    }

    /// <summary>Puts the container on its further networks; the first one is that which it was created on.</summary>
    private async Task ConnectAsync(string id, ContainerNetworking? networking, CancellationToken wanted, CancellationToken stop)
    {
        foreach (var place in networking is null ? [] : networking.Places.Skip(1))
            await OnEngineAsync(() => shared.Engine.ConnectNetworkAsync(id, place, stop), wanted).ConfigureAwait(false);
    }

    /// <summary>
    /// Tells the data plane of a container that runs or has ended, also of one that was found so. It comes before all that follows
    /// from it, so that no task counts as running whose rules do not stand.
    /// </summary>
    private async Task ShowNetworksAsync(CancellationToken stop)
    {
        if (!IsOnNetworks || shared.Networks is not { } networks)
            return;
        int process;
        ContainerCondition seen;
        lock (gate)
            (seen, process) = (condition, ContainerNow()?.Pid ?? 0);
        if (seen == ContainerCondition.Running && process != 0 && process != shownProcess)
        {
            try
            {
                await networks.Plane.StartedAsync(TaskId, process, stop).ConfigureAwait(false);
                shownProcess = process;
            }
            catch (Exception refusal) when (refusal is NetworkToolException or AggregateException or IOException)
            {
                await BlameAsync(refusal, stop).ConfigureAwait(false);
            }
        }
        else if (seen is ContainerCondition.Ended or ContainerCondition.None && shownProcess != 0)
        {
            shownProcess = 0;
            await networks.Plane.StoppedAsync(TaskId, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A container that has ended meanwhile has no namespace left; one that runs and cannot take part is of no use.</summary>
    private async Task BlameAsync(Exception refusal, CancellationToken stop)
    {
        var found = ContainerId is { } id ? await InspectAsync(id, stop).ConfigureAwait(false) : null;
        if (found?.Condition == ContainerCondition.Running)
            Fail($"the container cannot take part in its networks: {refusal.Message}");
        else
            Merge(found);
    }

    /// <summary>Has the managers lead nobody to a task that is unhealthy.</summary>
    private void ReportUnwell()
    {
        if (IsOnNetworks && Status is { State: TaskState.Running, Err: null })
            Report(TaskState.Running, err: UnhealthyReason);
    }

    /// <summary>A task that others may be asking is left alone by them before it gets its signal.</summary>
    private Task DrainAsync(CancellationToken stop) =>
        IsOnNetworks && shared.Networks is { } networks && Status.State == TaskState.Running ? networks.DrainAsync(TaskId, stop) : Task.CompletedTask;
}
