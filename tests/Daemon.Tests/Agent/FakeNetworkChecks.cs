using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Nodes whose networks are as they are said to be.</summary>
internal sealed class FakeNetworkChecks : INetworkChecks
{
    /// <summary>What is found of each network.</summary>
    public Dictionary<string, List<NetworkFinding>> Found { get; } = [];

    /// <summary>Why nothing can be found out; null where it can.</summary>
    public SwarmException? Refusal { get; set; }

    public Task<IReadOnlyList<NetworkFinding>> CheckAsync(string nodeId, ValueList<string> networks, CancellationToken stop) => Refusal is null
        ? Task.FromResult<IReadOnlyList<NetworkFinding>>([.. Found.Where(pair => networks.Count == 0 || networks.Contains(pair.Key)).SelectMany(pair => pair.Value)])
        : throw Refusal;
}
