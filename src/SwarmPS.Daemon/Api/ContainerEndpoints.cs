using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/containers/create</c>: the engine's, except for containers that are to be on a network of the swarm.</summary>
internal sealed class ContainerEndpoints(SwarmNetworks networks, EngineFactsCache facts, EngineProxy proxy)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("POST", "/containers/create", CreateAsync)];

    private async Task CreateAsync(ApiCall call)
    {
        var request = RequestOf(await call.KeepBodyAsync().ConfigureAwait(false));
        if (call.Version is { } asked)
            NewerRequests.CheckContainer(request, asked, (await facts.RequireAsync(call.Stop).ConfigureAwait(false)).ApiVersion);
        foreach (var network in NetworksOf(request))
            await networks.CheckIsNotOursAsync(network, call.Stop).ConfigureAwait(false);
        await proxy.ForwardAsync(call.Context, call.Stop).ConfigureAwait(false);
    }

    /// <summary>The body as an object; an empty one where it is no JSON, which the engine refuses in its own words.</summary>
    private static JObject RequestOf(byte[] body)
    {
        try
        {
            return ApiJson.Read<JObject>(new StreamReader(new MemoryStream(body)));
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The networks that a request names, but those that every engine has.</summary>
    private static IEnumerable<string> NetworksOf(JObject request)
    {
        var mode = (string?)((request["HostConfig"] as JObject)?["NetworkMode"] as JValue);
        var further = ((request["NetworkingConfig"] as JObject)?["EndpointsConfig"] as JObject)?.Properties().Select(property => property.Name) ?? [];
        return further.Append(mode ?? "").Distinct(StringComparer.Ordinal)
            .Where(name => name is not ("" or "default") && !name.StartsWith("container:", StringComparison.Ordinal) && !NetworkRules.Predefined.Contains(name));
    }
}
