using System.Net;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>What each step does.</summary>
internal sealed partial class TaskRunner
{
    private const string UnhealthyReason = "unhealthy container";

    private Task TakeAsync(TaskStep step, Task changed, CancellationToken stop)
    {
        switch (step)
        {
            case TaskStep.Accept:
                Report(TaskState.Accepted, "accepted");
                return Task.CompletedTask;
            case TaskStep.BeginPreparing:
                Report(TaskState.Preparing, "preparing");
                return Task.CompletedTask;
            case TaskStep.BeginStarting:
                Report(TaskState.Starting, "starting");
                return Task.CompletedTask;
            case TaskStep.MarkRunning:
                wasUnhealthy = health == ContainerHealth.Unhealthy;
                Report(TaskState.Running, warning is null ? "started" : $"started ({warning})");
                return Task.CompletedTask;
            case TaskStep.MarkEnded:
                MarkEnded();
                return Task.CompletedTask;
            case TaskStep.Discover:
                return DiscoverAsync(changed, stop);
            case TaskStep.Prepare:
                return TryAsync(PrepareAsync, stop);
            case TaskStep.Start:
                return TryAsync(StartAsync, stop);
            case TaskStep.Shutdown or TaskStep.StopLeftover or TaskStep.StopUnhealthy:
                return StopAsync(step, stop);
            case TaskStep.Remove:
                return RemoveAsync(stop);
            case TaskStep.Wait or TaskStep.End:
                return changed.WaitAsync(stop);
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "There is no such step.");
        }
    }

    /// <summary>Tries to bring the task up; the engine's refusal ends the task, and giving up the effort goes back to deciding.</summary>
    private async Task TryAsync(Func<CancellationToken, CancellationToken, Task> bringUp, CancellationToken stop)
    {
        var wanted = effort!.Token;
        try
        {
            await bringUp(wanted, stop).ConfigureAwait(false);
        }
        catch (Exception refusal) when (refusal is EngineException or TaskRefusedException)
        {
            Fail(refusal.Message);
        }
        catch (OperationCanceledException) when (wanted.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // The task should stop instead. A request under way may have got through: look before deciding anew.
            Change(() => condition = ContainerCondition.Unknown);
        }
    }

    private async Task PrepareAsync(CancellationToken wanted, CancellationToken stop)
    {
        if (condition == ContainerCondition.None)
        {
            var spec = task.Spec.ContainerSpec;
            if (spec is not null && EngineFields.AsksForNewer(spec))
                EngineFields.Check(spec, await EngineVersionAsync(wanted).ConfigureAwait(false));
            var networking = await AttachAsync(wanted).ConfigureAwait(false);
            var request = await RequestAsync(networking, wanted).ConfigureAwait(false);
            var pull = await OnEngineAsync(() => shared.Images.EnsureAsync(request.Image, spec?.RegistryAuth, wanted), wanted).ConfigureAwait(false);
            warning = pull is { Failure: { } failure, HasCopy: true } ? $"the image could not be pulled, this node's own copy is used: {failure}" : null;
            await MakeFilesAsync(wanted).ConfigureAwait(false);
            await HoldStartAsync(wanted).ConfigureAwait(false);
            await CreateAsync(request, pull.HasCopy ? null : pull.Failure, wanted, stop).ConfigureAwait(false);
        }
        Report(TaskState.Ready, "prepared");
    }

    private Task<Version> EngineVersionAsync(CancellationToken wanted) => OnEngineAsync(() => shared.Engine.ApiVersionAsync(wanted), wanted);

    /// <summary>The request for the task's container, as this node's engine takes it.</summary>
    private async Task<Docker.DotNet.Models.CreateContainerParameters> RequestAsync(ContainerNetworking? networking, CancellationToken wanted)
    {
        var request = ContainerRequest.Of(task, shared.Node(), shared.SwarmId, shared.Folders.FilesOf(task), networking);
        if (InterfaceSettings.AreAsked(task.Spec.ContainerSpec) && await EngineVersionAsync(wanted).ConfigureAwait(false) >= InterfaceSettings.Since)
            InterfaceSettings.MoveToEndpoint(request);
        return request;
    }

    private async Task StartAsync(CancellationToken wanted, CancellationToken stop)
    {
        await MakeFilesAsync(wanted).ConfigureAwait(false);
        var networking = await AttachAsync(wanted).ConfigureAwait(false);
        await HoldStartAsync(wanted).ConfigureAwait(false);
        if (condition == ContainerCondition.None)
            await CreateAsync(await RequestAsync(networking, wanted).ConfigureAwait(false), null, wanted, stop).ConfigureAwait(false);
        var id = container!.Id;
        try
        {
            await ConnectAsync(id, networking, wanted, stop).ConfigureAwait(false);
            await OnEngineAsync(() => shared.Engine.StartContainerAsync(id, stop), wanted).ConfigureAwait(false);
        }
        catch (EngineException refusal)
        {
            if (refusal.Status == HttpStatusCode.NotFound && await InspectAsync(id, wanted).ConfigureAwait(false) is null)
            {
                // Someone removed it before it ever ran: make it again.
                Change(() => (container, condition) = (null, ContainerCondition.None));
                return;
            }
            throw new EngineException(refusal.Status, $"starting container failed: {refusal.Message}", refusal);
        }
        ReleaseStart();
        // Only this tells the process id and chosen ports, and whether the image brings a health check.
        Merge(await InspectAsync(id, wanted).ConfigureAwait(false));
    }

    /// <summary>Puts secrets and configs in place; once in this daemon's life, since the machine may have been restarted before it.</summary>
    private async Task MakeFilesAsync(CancellationToken wanted)
    {
        if (hasFiles)
            return;
        await shared.Folders.MakeAsync(task, shared.Node(), wanted).ConfigureAwait(false);
        hasFiles = true;
    }

    /// <summary>
    /// Creates the container. The request itself is not given up half way, or a container might be left that no one knows. A name
    /// that is taken means that an earlier try got through: its container is adopted.
    /// </summary>
    private async Task CreateAsync(Docker.DotNet.Models.CreateContainerParameters request, string? pullFailure, CancellationToken wanted, CancellationToken stop)
    {
        try
        {
            var id = await OnEngineAsync(() => shared.Engine.CreateContainerAsync(request, stop), wanted).ConfigureAwait(false);
            Change(() => Adopt(new() { Id = id, TaskId = TaskId, Condition = ContainerCondition.Created }, settled: true));
        }
        catch (EngineException taken) when (taken.Status == HttpStatusCode.Conflict)
        {
            var found = await InspectAsync(request.Name!, wanted).ConfigureAwait(false);
            if (found?.TaskId != TaskId)
                throw;
            Change(() => Adopt(found, settled: true));
        }
        catch (EngineException missing) when (missing.Status == HttpStatusCode.NotFound && pullFailure is not null)
        {
            throw new EngineException(missing.Status, $"{missing.Message} (and pulling it failed: {pullFailure})", missing);
        }
    }

    /// <summary>Asks the engine about the very container, once the engine can be reached.</summary>
    private async Task DiscoverAsync(Task changed, CancellationToken stop)
    {
        if (!shared.Watch.IsReachable)
        {
            if (Status is { State: TaskState.Preparing, Err: null })
                Report(TaskState.Preparing, err: new EngineUnreachableException(shared.Engine.Endpoint).Message);
            await Task.WhenAny(changed, shared.Watch.ReachableAsync(stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            return;
        }
        var found = await InspectAsync(container?.Id ?? Status.ContainerStatus?.ContainerId ?? task.TaskName, stop).ConfigureAwait(false);
        Merge(found?.TaskId == TaskId ? found : null);
    }

    /// <summary>Takes what the engine says of the container. An event that came meanwhile is not older, and stands.</summary>
    private void Merge(EngineContainer? found) => Change(() =>
    {
        if (found is null)
        {
            condition = ContainerCondition.None;
            return;
        }
        var ended = exitCode is not null;
        var heard = health;
        Adopt(found, settled: true);
        if (heard is ContainerHealth.Healthy or ContainerHealth.Unhealthy)
            health = heard;
        if (ended)
            condition = ContainerCondition.Ended;
        else if (found.Condition == ContainerCondition.Ended)
            exitCode = found.ExitCode;
    });

    private void MarkEnded()
    {
        if (exitCode is not { } code)
            Fail($"The container {ContainerNow()?.ContainerId} is gone: it was removed by someone else.");
        else if (code == 0 && !wasUnhealthy)
            Report(TaskState.Complete, "finished");
        else
            Fail(Reason(code));
    }

    private string Reason(int code)
    {
        if (code == 0)
            return UnhealthyReason;
        var cause = wasUnhealthy ? UnhealthyReason : container?.Error;
        return string.IsNullOrEmpty(cause) ? $"task: non-zero exit ({code})" : $"task: non-zero exit ({code}): {cause}";
    }

    private async Task StopAsync(TaskStep step, CancellationToken stop)
    {
        ReleaseStart();
        var shutdown = step == TaskStep.Shutdown;
        if (ContainerId is { } id && condition is ContainerCondition.Running)
        {
            if (step == TaskStep.StopUnhealthy)
                ReportUnwell();
            await DrainAsync(stop).ConfigureAwait(false);
            if (step == TaskStep.StopUnhealthy && health != ContainerHealth.Unhealthy)
                return;
            var stopping = InsistAsync("stopped", id, () => shared.Engine.StopContainerAsync(id, stop), stop);
            if (shutdown && !HoldsItsPlace)
                await ReportAtEndAsync(stopping, stop).ConfigureAwait(false);
            await stopping.ConfigureAwait(false);
            await SeeExitAsync(id, stop).ConfigureAwait(false);
        }
        if (shutdown)
            Report(TaskState.Shutdown, "shutdown");
    }

    /// <summary>
    /// Whether something may have to be free before a successor can start: it is once the engine has cleared up after the container,
    /// and not yet when that has died.
    /// </summary>
    private bool HoldsItsPlace => task.Ports is { Count: > 0 } || task.Spec.ContainerSpec?.Mounts is { Count: > 0 };

    /// <summary>Says that the task was shut down as soon as its container has died, which others wait for; the engine clears up meanwhile.</summary>
    private async Task ReportAtEndAsync(Task stopping, CancellationToken stop)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ended = UntilEndedAsync(given.Token);
        if (await Task.WhenAny(ended, stopping).ConfigureAwait(false) == ended)
            Report(TaskState.Shutdown, "shutdown");
        await given.CancelAsync().ConfigureAwait(false);
        await ended.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
    }

    private async Task RemoveAsync(CancellationToken stop)
    {
        if (ContainerId is { } id)
            await InsistAsync("removed", id, () => shared.Engine.RemoveContainerAsync(id, stop), stop).ConfigureAwait(false);
        shared.Folders.Remove(TaskId);
        Change(() => condition = ContainerCondition.None);
    }

    /// <summary>The event with the exit code comes at about the time the stop returns; without it the engine is asked.</summary>
    private async Task SeeExitAsync(string id, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Limits.ExitEventWait, shared.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await UntilEndedAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Merge(await InspectAsync(id, stop).ConfigureAwait(false));
        }
    }

    private async Task UntilEndedAsync(CancellationToken stop)
    {
        while (condition == ContainerCondition.Running)
        {
            Task changed;
            lock (gate)
            {
                if (wake.Task.IsCompleted)
                    wake = NewSignal();
                changed = condition == ContainerCondition.Running ? wake.Task : Task.CompletedTask;
            }
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
    }
}
