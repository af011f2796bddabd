using System.Management.Automation;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>
/// What every cmdlet that talks to a daemon has: asynchronous work that may write, an end on Ctrl-C, and errors with stable ids and
/// right categories.
/// </summary>
public abstract class SwarmCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>The client of this session's daemon.</summary>
    internal static SwarmClient Swarm => SwarmConnection.ClientOf(SwarmConnection.Current);

    /// <summary>What an error record names where nothing better is known.</summary>
    protected virtual object? Target => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does the work for one pipeline record. Code after an await is on the pipeline's thread again and may write.</summary>
    protected abstract Task AskAsync(CancellationToken stop);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        try
        {
            PipelineContext.Run(() => AskAsync(stopping.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception fault) when (fault is not (PipelineStoppedException or RuntimeException))
        {
            var record = SwarmErrors.Describe(fault, Target);
            if (SwarmErrors.EndsAll(fault))
                ThrowTerminatingError(record);
            WriteError(record);
        }
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => stopping.Cancel();

    /// <summary>Whether the user gave a parameter, whatever its value.</summary>
    protected bool Bound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Does work for each name, and goes on with the next where one fails.</summary>
    protected async Task ForEachAsync(IEnumerable<string> names, Func<string, Task> work)
    {
        foreach (var name in names)
        {
            try
            {
                await work(name);
            }
            catch (Exception fault) when (!SwarmErrors.EndsAll(fault) && fault is SwarmApiException or ConvergenceException)
            {
                WriteError(SwarmErrors.Describe(fault, name));
            }
        }
    }
}
