using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>Completes names of configs.</summary>
public sealed class ConfigNameCompleter : NameCompleter
{
    private protected override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var configs = await swarm.ListConfigsAsync(new ApiFilters(), stop).ConfigureAwait(false);
        return configs.Select(config => config.Spec.Name ?? config.Id).ToList();
    }
}
