using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>
/// Reports statuses to the managers: the latest of each task, all that gathered while the last report was under way at once.
/// A task that runs through several states meanwhile is reported in the last of them alone. That one runs, or is over, leaves at once: an
/// update waits for it, or what takes its place; others are gathered for a moment.
/// </summary>
internal sealed class StatusReporter(IDispatcher dispatcher, Action<string, SwarmTaskStatus> reported, TimeProvider clock, ILogger log)
{
    private readonly Lock gate = new();
    private Dictionary<string, SwarmTaskStatus> waiting = [];
    private TaskCompletionSource wake = NewSignal();
    private TaskCompletionSource hurry = NewSignal();

    /// <summary>Takes a status to be reported.</summary>
    public void Put(string taskId, SwarmTaskStatus status)
    {
        lock (gate)
        {
            waiting[taskId] = status;
            wake.TrySetResult();
            if (status.State >= TaskState.Running)
                hurry.TrySetResult();
        }
    }

    /// <summary>Drops what was not reported yet of a task that is no more.</summary>
    public void Forget(string taskId)
    {
        lock (gate)
            waiting.Remove(taskId);
    }

    /// <summary>Reports until stopped. Statuses that could not be reported are kept and tried again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(clock);
        var told = false;
        while (true)
        {
            Task wait;
            lock (gate)
                wait = wake.Task;
            await wait.WaitAsync(stop).ConfigureAwait(false);
            await GatherAsync(Limits.ReportDelay, stop).ConfigureAwait(false);
            var batch = Take();
            if (batch.Count == 0)
                continue;
            try
            {
                await dispatcher.ReportAsync(batch.Select(entry => new TaskStatusReport(entry.Key, entry.Value)).ToList(), stop).ConfigureAwait(false);
                foreach (var (task, status) in batch)
                    reported(task, status);
                backoff.Reset();
                told = false;
                await GatherAsync(Limits.ReportInterval, stop).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                // What fails once it was asked to stop fails because of that; the database holds what was not reported.
                stop.ThrowIfCancellationRequested();
                PutBack(batch);
                if (!told)
                    log.ReportFailed(failure.Message);
                told = true;
                await backoff.WaitAsync(stop).ConfigureAwait(false);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for further statuses, but for none that others wait for.</summary>
    private async Task GatherAsync(TimeSpan time, CancellationToken stop)
    {
        Task awaited;
        lock (gate)
            awaited = hurry.Task;
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(awaited, Task.Delay(time, clock, given.Token)).ConfigureAwait(false);
        await given.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
    }

    private Dictionary<string, SwarmTaskStatus> Take()
    {
        lock (gate)
        {
            var batch = waiting;
            (waiting, wake, hurry) = ([], NewSignal(), NewSignal());
            return batch;
        }
    }

    private void PutBack(Dictionary<string, SwarmTaskStatus> batch)
    {
        lock (gate)
        {
            foreach (var (task, status) in batch)
                waiting.TryAdd(task, status);
            wake.TrySetResult();
        }
    }
}
