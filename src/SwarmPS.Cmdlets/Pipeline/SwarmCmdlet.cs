using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>What all cmdlets share that talk to the session's daemon.</summary>
/// <error id="DaemonNotRunning">No daemon answers at the socket. It ends the pipeline.</error>
/// <error id="SocketPermissionDenied">The socket does not admit this user. It ends the pipeline.</error>
/// <error id="DaemonNotTrusted">A certificate is missing or not trusted, on the way by <c>tcp://</c>. It ends the pipeline.</error>
/// <error id="ConnectionBroken">The connection broke while the daemon was answering.</error>
/// <error id="SwarmUnavailable">The daemon answered that it cannot do it now: the node is in no swarm, is no manager, is locked, or the
/// managers have no leader.</error>
/// <error id="InvalidArgument">What was asked for cannot be: the message names every reason.</error>
/// <error id="PermissionDenied">The daemon does not let this client do it.</error>
/// <error id="NotSupported">The daemon does not do this yet.</error>
/// <error id="RequestTimeout">The daemon gave up waiting.</error>
/// <error id="DaemonError">Any other refusal; the message is the daemon's.</error>
/// <error id="UnexpectedAnswer">What answered does not speak the Engine API.</error>
public abstract class SwarmCmdlet : SessionCmdlet
{
    /// <inheritdoc/>
    protected sealed override Task AskAsync(CancellationToken stop) => AskAsync(Connections.Client, stop);

    /// <summary>A missing object's error names those that may have been meant.</summary>
    private protected sealed override async Task<Failure> ExplainAsync(Failure failure, CancellationToken stop)
    {
        if (failure.Fault is not SwarmFailureException { Missing: { } missing } fault)
            return failure;
        try
        {
            return failure with { Fault = missing.ToFault(await missing.NamesAsync(Connections.Client, stop), fault.InnerException) };
        }
        catch (Exception unknown) when (Failure.Of(unknown, Subject) is not null)
        {
            // The names would only have been a help; the error itself is told all the same.
            return failure;
        }
    }

    /// <summary>Asks for one input object, and writes what was answered.</summary>
    /// <param name="swarm">The daemon of this session.</param>
    /// <param name="stop">Set when the pipeline is stopped.</param>
    protected abstract Task AskAsync(SwarmClient swarm, CancellationToken stop);
}
