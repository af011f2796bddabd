using System.Management.Automation;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>What cmdlets have in common that wait until a service is as it should be.</summary>
public abstract class ServiceWaitCmdlet : SwarmCmdlet
{
    /// <summary>How long to wait: 10 minutes where nothing is said. The service goes on by itself when the wait has ended.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Shows progress until the service has converged. Throws <see cref="ConvergenceException"/> with the tasks' errors where it
    /// fails, and <see cref="TimeoutException"/> past the time limit.
    /// </summary>
    private protected async Task ConvergeAsync(string id, string name, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(Timeout);
        Convergence? last = null;
        var progress = new ProgressRecord(1, $"Service {name}", "waits for the daemon");
        try
        {
            await foreach (var step in Swarm.WatchConvergenceAsync(id, late.Token))
            {
                last = step;
                Show(progress, step);
                if (step.State == "converged")
                    return;
                if (step.State == "failed")
                    throw new ConvergenceException($"Service {name} has failed: {Describe(step)}");
            }
            throw new ConvergenceException($"The daemon ended the wait for service {name}: {Describe(last)} Ask again with Wait-SwarmService {name}.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"Service {name} has not converged within {SwarmPS.Notation.Durations.Format(Timeout)}: {Describe(last)} It goes on by itself; wait longer with Wait-SwarmService {name} -Timeout, or look at Get-SwarmTask {name}.");
        }
        finally
        {
            progress.RecordType = ProgressRecordType.Completed;
            WriteProgress(progress);
        }
    }

    private void Show(ProgressRecord progress, Convergence step)
    {
        progress.StatusDescription = $"{step.Running} of {step.Desired} tasks run. {step.Message}".Trim();
        progress.PercentComplete = step.Desired == 0 ? 100 : Math.Min(100, 100 * step.Running / step.Desired);
        progress.CurrentOperation = step.Errors is { Count: > 0 } errors ? errors[^1] : null;
        WriteProgress(progress);
    }

    private static string Describe(Convergence? step)
    {
        if (step is null)
            return "nothing is known of its tasks yet.";
        var errors = step.Errors is { Count: > 0 } said ? $" Tasks say: {string.Join("; ", said)}." : "";
        return $"{step.Running} of {step.Desired} tasks run. {step.Message}".TrimEnd() + errors;
    }
}
