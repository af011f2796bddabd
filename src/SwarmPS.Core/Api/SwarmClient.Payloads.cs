using SwarmPS.Model;

namespace SwarmPS.Api;

public sealed partial class SwarmClient
{
    /// <summary>The secrets that fit the filters, without what they hold.</summary>
    public Task<List<Secret>> ListSecretsAsync(ApiFilters filters, CancellationToken stop) =>
        GetAsync<List<Secret>>(Url("/secrets", ("filters", filters.ToJson())), stop);

    /// <summary>A secret by id, name or the beginning of its id.</summary>
    public Task<Secret> GetSecretAsync(string id, CancellationToken stop) => GetAsync<Secret>(Url($"/secrets/{Id(id)}"), stop);

    /// <summary>Makes a secret.</summary>
    public Task<CreateAnswer> CreateSecretAsync(SecretSpec spec, CancellationToken stop) =>
        PostAsync<CreateAnswer>(Url("/secrets/create"), spec, stop);

    /// <summary>Removes a secret that no service uses.</summary>
    public Task RemoveSecretAsync(string id, CancellationToken stop) => DoAsync(HttpMethod.Delete, Url($"/secrets/{Id(id)}"), null, stop);

    /// <summary>The configs that fit the filters.</summary>
    public Task<List<Config>> ListConfigsAsync(ApiFilters filters, CancellationToken stop) =>
        GetAsync<List<Config>>(Url("/configs", ("filters", filters.ToJson())), stop);

    /// <summary>A config by id, name or the beginning of its id.</summary>
    public Task<Config> GetConfigAsync(string id, CancellationToken stop) => GetAsync<Config>(Url($"/configs/{Id(id)}"), stop);

    /// <summary>Makes a config.</summary>
    public Task<CreateAnswer> CreateConfigAsync(ConfigSpec spec, CancellationToken stop) =>
        PostAsync<CreateAnswer>(Url("/configs/create"), spec, stop);

    /// <summary>Removes a config that no service uses.</summary>
    public Task RemoveConfigAsync(string id, CancellationToken stop) => DoAsync(HttpMethod.Delete, Url($"/configs/{Id(id)}"), null, stop);
}
