using Microsoft.AspNetCore.WebUtilities;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/volumes</c>: the engine's. Cluster volumes are refused, and pruning keeps the meaning that it has in the client's version.</summary>
internal sealed class VolumeEndpoints(EngineFactsCache facts, EngineProxy proxy)
{
    /// <summary>The version since which pruning removes anonymous volumes only, unless the filter <c>all</c> is set.</summary>
    private static readonly ApiVersion PruneIsAnonymous = new(1, 42);

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("POST", "/volumes/create", CreateAsync),
        new("PUT", "/volumes/{id}", _ => throw NoClusterVolumes()),
        new("POST", "/volumes/prune", PruneAsync),
    ];

    private async Task CreateAsync(ApiCall call)
    {
        if (HasClusterSpec(await call.KeepBodyAsync().ConfigureAwait(false)))
            throw NoClusterVolumes();
        await proxy.ForwardAsync(call.Context, call.Stop).ConfigureAwait(false);
    }

    /// <summary>An engine of API 1.41 would remove named volumes where the client means anonymous ones only: the data of both look alike to it.</summary>
    private async Task PruneAsync(ApiCall call)
    {
        var engine = await facts.RequireAsync(call.Stop).ConfigureAwait(false);
        var meansAnonymous = call.Version is { } asked && asked.CompareTo(PruneIsAnonymous) >= 0;
        var doesAnonymous = engine.Closest(call.Version ?? engine.ApiVersion).CompareTo(PruneIsAnonymous) >= 0;
        if (call.Version is not null && meansAnonymous != doesAnonymous)
        {
            var filters = Filters(call);
            if (meansAnonymous && !filters.Remove("all"))
            {
                throw SwarmException.Invalid(
                    $"the Docker Engine beside swarmpsd is too old to prune anonymous volumes only: it serves API {engine.ApiVersion}, and would remove named volumes too. "
                    + "Prune with --all to remove every unused volume, or upgrade the engine");
            }
            if (doesAnonymous)
                filters["all"] = new JArray("true");
            EngineProxy.ReplaceQuery(call.Context, QueryHelpers.AddQueryString("", "filters", filters.ToString(Formatting.None)));
        }
        await proxy.ForwardAsync(call.Context, call.Stop).ConfigureAwait(false);
    }

    /// <summary>The filters, with <c>all</c> only where it is true.</summary>
    private static JObject Filters(ApiCall call)
    {
        var filters = ListFilters.Read(call.Query("filters"));
        if (!ListFilters.ValuesOf(filters["all"]).Any(value => value is "true" or "1"))
            filters.Remove("all");
        return filters;
    }

    private static bool HasClusterSpec(byte[] body)
    {
        try
        {
            return ApiJson.Read<JObject>(new StreamReader(new MemoryStream(body)))["ClusterVolumeSpec"] is JObject;
        }
        catch (JsonException)
        {
            // The engine refuses it in its own words.
            return false;
        }
    }

    private static SwarmException NoClusterVolumes() => new(
        SwarmErrorCode.Unimplemented,
        "SwarmPS has no cluster volumes (CSI). Create a volume with a driver that reaches shared storage on every node, such as local with type=nfs");
}
