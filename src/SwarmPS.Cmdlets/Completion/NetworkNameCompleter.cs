using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>Completes names of networks of the swarm.</summary>
public sealed class NetworkNameCompleter : NameCompleter
{
    private protected override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var networks = await swarm.ListNetworksAsync(new ApiFilters().Add("scope", "swarm"), stop).ConfigureAwait(false);
        return networks.Select(network => network.Name ?? network.Id).ToList();
    }
}
