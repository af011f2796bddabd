using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent.Engine;

namespace SwarmPS.Daemon.Agent;

/// <summary>Who is told what the engine does.</summary>
internal interface IEngineObserver
{
    /// <summary>The engine answers, for the first time or again: these are all of this node's containers.</summary>
    void Listed(IReadOnlyList<EngineContainer> containers);

    /// <summary>The engine does not answer any more; it is listed again when it does.</summary>
    void Lost();

    /// <summary>Something happened to a container.</summary>
    void Happened(EngineEvent happened);
}

/// <summary>
/// Keeps one stream of events open to the engine and lists containers each time it opens, so that nothing is ever asked again
/// and again. Knows whether the engine can be reached.
/// </summary>
internal sealed class EngineWatch(IEngine engine, IReadOnlyList<string> labels, TimeProvider clock, ILogger log)
{
    private readonly Lock gate = new();
    private TaskCompletionSource reachable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the engine answers and its containers are known.</summary>
    public bool IsReachable
    {
        get
        {
            lock (gate)
                return reachable.Task.IsCompleted;
        }
    }

    /// <summary>Ends as soon as the engine answers and its containers are known.</summary>
    public Task ReachableAsync(CancellationToken stop)
    {
        lock (gate)
            return reachable.Task.WaitAsync(stop);
    }

    /// <summary>Watches until it is stopped.</summary>
    public async Task RunAsync(IEngineObserver observer, CancellationToken stop)
    {
        var backoff = new Backoff(clock);
        var told = false;
        while (true)
        {
            var begun = clock.GetTimestamp();
            try
            {
                await FollowAsync(observer, stop).ConfigureAwait(false);
            }
            catch (Exception lost) when (lost is EngineUnreachableException or EngineException)
            {
                // A stream that held for a while was a good one; one that breaks at once must not be tried all the time.
                if (clock.GetElapsedTime(begun) > Limits.RetryMax)
                {
                    backoff.Reset();
                    told = false;
                }
                SetUnreachable();
                observer.Lost();
                if (!told)
                    log.EngineLost(lost.Message);
                told = true;
            }
            await backoff.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(IEngineObserver observer, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var since = clock.GetUtcNow() - Limits.EventOverlap;
        var events = engine.WatchAsync(labels, since, ended.Token).GetAsyncEnumerator(ended.Token);
        // The stream opens first and the list is taken then: what happens in between is seen twice rather than never.
        var next = events.MoveNextAsync().AsTask();
        try
        {
            observer.Listed(await engine.ListContainersAsync(labels, ended.Token).ConfigureAwait(false));
            SetReachable();
            while (await next.ConfigureAwait(false))
            {
                observer.Happened(events.Current);
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void SetReachable()
    {
        log.EngineFound(engine.Endpoint);
        lock (gate)
            reachable.TrySetResult();
    }

    private void SetUnreachable()
    {
        lock (gate)
        {
            if (reachable.Task.IsCompleted)
                reachable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
