using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>How a runner speaks with the engine: it waits for an engine that is away, and insists on what must be done.</summary>
internal sealed partial class TaskRunner
{
    private Task<EngineContainer?> InspectAsync(string idOrName, CancellationToken cancel) =>
        OnEngineAsync(() => shared.Engine.InspectContainerAsync(idOrName, cancel), cancel);

    private Task OnEngineAsync(Func<Task> call, CancellationToken cancel) => OnEngineAsync(
        async () =>
        {
            await call().ConfigureAwait(false);
            return true;
        },
        cancel);

    /// <summary>Makes a call, again and again while the engine cannot be reached; the task's status says so meanwhile.</summary>
    private async Task<T> OnEngineAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        var backoff = new Backoff(shared.Clock);
        while (true)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (EngineUnreachableException lost)
            {
                ReleaseStart();
                if (Status is { State: < TaskState.Running } waiting && waiting.Err != lost.Message)
                    Report(waiting.State, err: lost.Message);
                await backoff.WaitAsync(cancel).ConfigureAwait(false);
                await shared.Watch.ReachableAsync(cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Does what must be done in the end, however often the engine refuses.</summary>
    private async Task InsistAsync(string action, string id, Func<Task> call, CancellationToken stop)
    {
        var backoff = new Backoff(shared.Clock);
        while (true)
        {
            try
            {
                await call().ConfigureAwait(false);
                return;
            }
            catch (Exception refusal) when (refusal is EngineException or EngineUnreachableException)
            {
                shared.Log.ContainerStuck(id, task.TaskName, action, refusal.Message);
                await backoff.WaitAsync(stop).ConfigureAwait(false);
                await shared.Watch.ReachableAsync(stop).ConfigureAwait(false);
            }
        }
    }

    private async Task HoldStartAsync(CancellationToken wanted)
    {
        if (holdsStart)
            return;
        await shared.Starts.WaitAsync(wanted).ConfigureAwait(false);
        holdsStart = true;
    }
}
