using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Has nodes try their networks.</summary>
internal interface INetworkChecks
{
    /// <summary>What a node found. Throws <see cref="SwarmException"/> where it cannot be asked, or cannot try.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="networks">The networks' ids; none for all that the node has.</param>
    /// <param name="stop">Ends it.</param>
    Task<IReadOnlyList<NetworkFinding>> CheckAsync(string nodeId, ValueList<string> networks, CancellationToken stop);
}

/// <summary>Tries this node's networks.</summary>
internal sealed class NetworkChecks(INodePlane plane) : INetworkChecks
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<NetworkFinding>> CheckAsync(string nodeId, ValueList<string> networks, CancellationToken stop)
    {
        try
        {
            return await plane.CheckAsync(networks, stop).ConfigureAwait(false);
        }
        catch (NetworkToolException fault)
        {
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, fault.Message, fault);
        }
    }
}
