using System.Runtime.CompilerServices;
using SwarmPS.Model;

namespace SwarmPS.Api;

public sealed partial class SwarmClient
{
    /// <summary>The networks that fit the filters, the swarm's and the engine's.</summary>
    public Task<List<NetworkResource>> ListNetworksAsync(ApiFilters filters, CancellationToken stop) =>
        GetAsync<List<NetworkResource>>(Url("/networks", ("filters", filters.ToJson())), stop);

    /// <summary>A network of the swarm by id, name or the beginning of its id.</summary>
    public Task<NetworkResource> GetNetworkAsync(string id, CancellationToken stop) =>
        GetAsync<NetworkResource>(Url($"/networks/{Id(id)}", ("scope", "swarm")), stop);

    /// <summary>Makes a network.</summary>
    public Task<NetworkCreateAnswer> CreateNetworkAsync(NetworkCreateRequest request, CancellationToken stop) =>
        PostAsync<NetworkCreateAnswer>(Url("/networks/create"), request, stop);

    /// <summary>Removes a network that nobody is on.</summary>
    public Task RemoveNetworkAsync(string id, CancellationToken stop) => DoAsync(HttpMethod.Delete, Url($"/networks/{Id(id)}"), null, stop);

    /// <summary>Has all nodes try networks; each one's answer comes when it is there.</summary>
    /// <param name="networks">The networks' ids; none for all.</param>
    /// <param name="stop">Ends it.</param>
    public async IAsyncEnumerable<NetworkCheckAnswer> CheckNetworksAsync(IEnumerable<string> networks, [EnumeratorCancellation] CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Get, Url("/swarmps/networks/check", ("networks", string.Join(',', networks))), null, stop).ConfigureAwait(false);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
        while (await lines.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
            yield return ApiJson.Read<NetworkCheckAnswer>(line);
    }
}
