using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>The session with the managers, and what the node says of itself there.</summary>
internal sealed partial class AgentLoop
{
    private readonly NodeDescriber descriptions;

    /// <summary>
    /// Keeps a session open. An engine that has never answered means a node that cannot be described: no session, so no tasks. A
    /// node that was described once goes on with what it said then, so that a restart while the engine is away moves no task.
    /// </summary>
    private async Task HoldSessionsAsync(CancellationToken stop)
    {
        var backoff = new Backoff(clock);
        var told = false;
        while (true)
        {
            var (description, outdated) = await descriptions.NextAsync(stop).ConfigureAwait(false);
            using var session = CancellationTokenSource.CreateLinkedTokenSource(stop, outdated);
            try
            {
                await foreach (var assignments in dispatcher.OpenSessionAsync(description, condition, session.Token).ConfigureAwait(false))
                {
                    if (assignments.Complete)
                        log.SessionOpen();
                    Apply(assignments);
                    backoff.Reset();
                    told = false;
                }
                stop.ThrowIfCancellationRequested();
                log.SessionLost("The managers ended it.");
            }
            catch (Exception lost)
            {
                // What fails once it was asked to stop fails because of that.
                stop.ThrowIfCancellationRequested();
                if (outdated.IsCancellationRequested)
                    continue;
                if (!told)
                    log.SessionLost(lost.Message);
                told = true;
            }
            await backoff.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The container of a task, or null where there is none yet; with <paramref name="wait"/> it is waited for. Throws
    /// <see cref="SwarmException"/> where the task is not known on this node.
    /// </summary>
    public async Task<string?> FindContainerAsync(string taskId, bool wait, CancellationToken stop)
    {
        TaskRunner? runner;
        lock (gate)
            runner = runners.GetValueOrDefault(taskId);
        if (runner is null)
            throw new SwarmException(SwarmErrorCode.NotFound, $"task {taskId} has no container on this node: it was removed, or the task never ran here");
        if (wait && runner.ContainerId is null)
            await runner.ContainerKnown.WaitAsync(stop).ConfigureAwait(false);
        return runner.ContainerId;
    }

    /// <summary>Asks the engine what it is each time it has come into reach: it may have been upgraded meanwhile.</summary>
    private async Task DescribeAsync(CancellationToken stop)
    {
        var backoff = new Backoff(clock);
        while (true)
        {
            await descriptions.AskedAsync(stop).ConfigureAwait(false);
            try
            {
                var said = NodeDescriptions.Of(await engine.InfoAsync(stop).ConfigureAwait(false), options);
                if (descriptions.Set(said))
                    database!.KeepDescription(said);
                backoff.Reset();
            }
            catch (Exception failure) when (failure is EngineException or EngineUnreachableException)
            {
                log.EngineLost(failure.Message);
                await backoff.WaitAsync(stop).ConfigureAwait(false);
                descriptions.Ask();
            }
        }
    }
}
