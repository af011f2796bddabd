using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>What all cmdlets share that talk to the session's daemon.</summary>
public abstract class SwarmCmdlet : SessionCmdlet
{
    /// <inheritdoc/>
    protected sealed override Task AskAsync(CancellationToken stop) => AskAsync(Connections.Client, stop);

    /// <summary>Asks for one input object, and writes what was answered.</summary>
    /// <param name="swarm">The daemon of this session.</param>
    /// <param name="stop">Set when the pipeline is stopped.</param>
    protected abstract Task AskAsync(SwarmClient swarm, CancellationToken stop);
}
