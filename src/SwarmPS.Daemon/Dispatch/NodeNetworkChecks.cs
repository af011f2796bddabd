using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>A manager's way to all nodes' networks: its own directly, those of others by a stream with their node.</summary>
internal sealed class NodeNetworkChecks(string nodeId, INetworkChecks own, NodeStreams streams) : INetworkChecks
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<NetworkFinding>> CheckAsync(string node, ValueList<string> networks, CancellationToken stop)
    {
        if (node == nodeId)
            return await own.CheckAsync(node, networks, stop).ConfigureAwait(false);
        using var stream = await streams.OpenAsync(node, new() { CheckNetworks = networks }, stop).ConfigureAwait(false);
        while (await stream.NextAsync(stop).ConfigureAwait(false) is { } message)
        {
            if (message.Findings is { } findings)
                return findings;
        }
        throw new SwarmException(SwarmErrorCode.Unavailable, $"Node {node} ended the stream without saying what it found.");
    }
}
