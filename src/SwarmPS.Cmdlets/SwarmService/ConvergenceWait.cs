using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Waits, with a progress bar, until a service is what it should be. It ends: converged, failed or timed out.</summary>
internal sealed class ConvergenceWait(Cmdlet cmdlet, SwarmClient swarm, TimeSpan timeout)
{
    /// <summary>What is waited where nothing is said: long enough to pull large images to many nodes.</summary>
    public static readonly TimeSpan TimeoutDefault = TimeSpan.FromMinutes(10);

    /// <summary>The pause before a watch that ended early, as with a change of leader, is taken up again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Nobody waits longer, and timers cannot.</summary>
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(45);

    /// <summary>Returns when the service has converged. Throws <see cref="SwarmFailureException"/> when it failed or time is up.</summary>
    public async Task RunAsync(string id, string name, CancellationToken stop, bool goesBack = false)
    {
        using var deadline = new CancellationTokenSource(timeout < TimeoutMax ? timeout : TimeoutMax, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        var last = new Convergence();
        try
        {
            while (last.State != "converged")
            {
                await foreach (var state in swarm.WatchConvergenceAsync(id, either.Token))
                {
                    Show(name, last = state);
                    if (state.State == "failed")
                        throw Failed(name, state);
                    if (state.State == "converged")
                        break;
                }
                if (last.State != "converged")
                    await Task.Delay(Pause, TimeProvider.System, either.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw TimedOut(name, last);
        }
        finally
        {
            if (!stop.IsCancellationRequested)
                cmdlet.WriteProgress(new ProgressRecord(0, name, "done") { RecordType = ProgressRecordType.Completed });
        }
        await CheckUpdateAsync(id, name, goesBack, stop);
    }

    /// <summary>An update that was paused or rolled back has converged on the wrong thing.</summary>
    private async Task CheckUpdateAsync(string id, string name, bool goesBack, CancellationToken stop)
    {
        var service = await swarm.GetServiceAsync(id, stop);
        if (goesBack && service.UpdateStatus?.State is UpdateState.RollbackCompleted)
            return;
        if (service.UpdateStatus is { State: UpdateState.Paused or UpdateState.RollbackStarted or UpdateState.RollbackPaused or UpdateState.RollbackCompleted } update)
            throw new SwarmFailureException("ServiceUpdateFailed", ErrorCategory.InvalidResult, $"The update of service {name} failed ({Word(update.State.Value)}): {update.Message}");
    }

    private void Show(string name, Convergence now)
    {
        var arrived = now.Completed ?? now.Running;
        var status = $"{arrived} of {now.Desired} tasks {Word(now)}";
        cmdlet.WriteProgress(new ProgressRecord(0, $"Service {name}", status)
        {
            PercentComplete = now.Desired == 0 ? 0 : Math.Clamp((int)(100L * arrived / now.Desired), 0, 100),
            CurrentOperation = Tail(now),
        });
    }

    private static SwarmFailureException Failed(string name, Convergence now) =>
        new("ServiceNotConverged", ErrorCategory.InvalidResult, Join($"Service {name} failed: {now.Completed ?? now.Running} of {now.Desired} tasks {(now.Completed is null ? "run" : "completed")}", now));

    private SwarmFailureException TimedOut(string name, Convergence last) =>
        new("ConvergenceTimeout", ErrorCategory.OperationTimeout,
            Join($"Service {name} had {last.Completed ?? last.Running} of {last.Desired} tasks {Word(last)} after {Durations.Format(timeout)}", last) +
            $" The swarm goes on trying; Get-SwarmTask -Service {name} shows how far it is, and -Timeout sets how long to wait.");

    private static string Join(string head, Convergence now) => Tail(now) is { Length: > 0 } tail ? $"{head}: {tail.TrimEnd('.')}." : $"{head}.";

    private static string Tail(Convergence now) =>
        string.Join("; ", (now.Errors.OrEmpty().Count > 0 ? now.Errors.OrEmpty() : [now.Message ?? ""]).Where(text => text.Length > 0));

    private static string Word(Convergence now) => now.Completed is null ? "running" : "completed";

    private static string Word(UpdateState state) => state switch
    {
        UpdateState.Paused => "paused",
        UpdateState.RollbackPaused => "rollback paused",
        UpdateState.RollbackStarted => "rolling back",
        UpdateState.RollbackCompleted => "rolled back",
        UpdateState.Updating => "updating",
        UpdateState.Completed => "completed",
    };
}
