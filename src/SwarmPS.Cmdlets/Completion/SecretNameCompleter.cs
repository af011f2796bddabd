using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>Completes names of secrets.</summary>
public sealed class SecretNameCompleter : NameCompleter
{
    private protected override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var secrets = await swarm.ListSecretsAsync(new ApiFilters(), stop).ConfigureAwait(false);
        return secrets.Select(secret => secret.Spec.Name ?? secret.Id).ToList();
    }
}
