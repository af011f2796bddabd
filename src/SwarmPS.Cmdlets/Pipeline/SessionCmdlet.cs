using System.Management.Automation;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>
/// What all cmdlets of the module share: errors with stable ids, and an end when the pipeline is stopped. A cmdlet asks in
/// <see cref="AskAsync(CancellationToken)"/>, which always runs on the pipeline's thread.
/// </summary>
public abstract class SessionCmdlet : PSCmdlet
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>What the cmdlet is about, as error ids begin: <c>Service</c> in <c>ServiceNotFound</c>.</summary>
    protected abstract string Subject { get; }

    /// <summary>What an error is about, where the cmdlet works on one object only.</summary>
    protected virtual object? Target => null;

    /// <summary>Asks for one input object, and writes what was answered.</summary>
    /// <param name="stop">Set when the pipeline is stopped.</param>
    protected abstract Task AskAsync(CancellationToken stop);

    /// <summary>Asks once more when all input is there; nothing unless a cmdlet gathers its input.</summary>
    /// <param name="stop">Set when the pipeline is stopped.</param>
    protected virtual Task FinishAsync(CancellationToken stop) => Task.CompletedTask;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(() => AskAsync(stopping.Token));

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Run(() => FinishAsync(stopping.Token));

    private void Run(Func<Task> ask)
    {
        try
        {
            PipelinePump.Run(ask);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever broke first: it broke because the pipeline was stopped.
            throw new PipelineStoppedException();
        }
        catch (Exception fault) when (Failure.Of(fault, Subject) is { } failure)
        {
            if (failure.IsTerminating)
                ThrowTerminatingError(failure.ToRecord(Target));
            WriteError(failure.ToRecord(Target));
        }
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => stopping.Cancel();

    /// <summary>Asks for each of several objects; what is wrong with one does not keep the others from their turn.</summary>
    private protected async Task ForEachAsync<T>(IEnumerable<T> targets, Func<T, Task> ask)
    {
        foreach (var target in targets)
        {
            try
            {
                await ask(target);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested && Failure.Of(fault, Subject) is { IsTerminating: false } failure)
            {
                WriteError((await ExplainAsync(failure, stopping.Token)).ToRecord(target));
            }
        }
    }

    /// <summary>Adds what there is to know about an error of one object.</summary>
    private protected virtual Task<Failure> ExplainAsync(Failure failure, CancellationToken stop) => Task.FromResult(failure);
}
