using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>
/// What all cmdlets of the module share: a connection, errors with stable ids, and an end when the pipeline is stopped. A cmdlet asks
/// in <see cref="AskAsync"/>, which always runs on the pipeline's thread.
/// </summary>
public abstract class SwarmCmdlet : PSCmdlet
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>What the cmdlet is about, as error ids begin: <c>Service</c> in <c>ServiceNotFound</c>.</summary>
    protected abstract string Subject { get; }

    /// <summary>Asks for one input object, and writes what was answered.</summary>
    /// <param name="swarm">The daemon of this session.</param>
    /// <param name="stop">Set when the pipeline is stopped.</param>
    protected abstract Task AskAsync(SwarmClient swarm, CancellationToken stop);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Ask(null, stop => AskAsync(Connections.Client, stop));

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
                WriteError(failure.ToRecord(target));
            }
        }
    }

    private void Ask(object? target, Func<CancellationToken, Task> ask)
    {
        try
        {
            PipelinePump.Run(() => ask(stopping.Token));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever broke first: it broke because the pipeline was stopped.
            throw new PipelineStoppedException();
        }
        catch (Exception fault) when (Failure.Of(fault, Subject) is { } failure)
        {
            if (failure.IsTerminating)
                ThrowTerminatingError(failure.ToRecord(target));
            WriteError(failure.ToRecord(target));
        }
    }
}
