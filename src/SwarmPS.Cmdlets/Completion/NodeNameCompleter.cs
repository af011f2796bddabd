using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>Completes names of nodes.</summary>
public sealed class NodeNameCompleter : NameCompleter
{
    private protected override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var nodes = await swarm.ListNodesAsync(new ApiFilters(), stop).ConfigureAwait(false);
        return nodes.Select(node => node.Description?.Hostname ?? node.Id).ToList();
    }
}
