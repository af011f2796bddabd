using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>Completes names of services.</summary>
public sealed class ServiceNameCompleter : NameCompleter
{
    private protected override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var services = await swarm.ListServicesAsync(new ApiFilters(), stop).ConfigureAwait(false);
        return services.Select(service => service.Spec.Name ?? service.Id).ToList();
    }
}
