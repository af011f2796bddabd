using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Allocation;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// <c>/networks</c>: those of the swarm are answered here, those of the engine by the engine; lists show both. Which one a request
/// means shows in its body or in what there is, so these endpoints send to the leader themselves what is for it.
/// </summary>
internal sealed class NetworkEndpoints(ApiServerOptions options, SwarmChanges changes, LeaderRequests leader, SwarmNetworks networks, EngineLink engine, EngineFactsCache facts, EngineProxy proxy)
{
    private static readonly ApiVersion StatusSince = new(1, 52);

    private bool IsManager => SwarmStanding.IsManager(options.Membership);

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/networks", ListAsync),
        new("GET", "/networks/{id}", InspectAsync),
        new("POST", "/networks/create", CreateAsync),
        new("POST", "/networks/{id}/connect", ConnectAsync),
        new("POST", "/networks/prune", PruneAsync),
        new("DELETE", "/networks/{id}", RemoveAsync),
    ];

    private async Task ListAsync(ApiCall call)
    {
        if (!IsManager)
        {
            await call.AnswerListAsync(await TheirsAsync(call).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }
        var query = new NetworkQuery(call.Query("filters"));
        await leader.CatchUpAsync(call.Stop).ConfigureAwait(false);
        var ours = query.Of(changes.State).Select(network => JToken.FromObject(NetworkResource.Of(network), ApiJson.Serializer));
        var theirs = query.IsOfSwarmOnly ? [] : await TheirsAsync(call).ConfigureAwait(false);
        await call.AnswerListAsync(theirs.Concat(ours)).ConfigureAwait(false);
    }

    /// <summary>The engine's networks, without those that carry the swarm's.</summary>
    private async Task<IEnumerable<JToken>> TheirsAsync(ApiCall call)
    {
        var known = await facts.RequireAsync(call.Stop).ConfigureAwait(false);
        var all = await engine.ListAsync(known.PathOf(call.Version, "/networks" + call.Context.Request.QueryString), call.Stop).ConfigureAwait(false);
        return all.Where(network => !SwarmNetworks.IsCarrier(network));
    }

    private async Task InspectAsync(ApiCall call)
    {
        var scope = call.Query("scope");
        if (!IsManager || scope == "local")
            await ForwardAsync(call).ConfigureAwait(false);
        else if (scope == "swarm" && NetworkRules.Predefined.Contains(call.Id))
            await call.AnswerAsync(await engine.GetAsync($"/networks/{call.Id}", call.Stop).ConfigureAwait(false)).ConfigureAwait(false);
        else if (scope != "swarm" && await EnginesAsync(call).ConfigureAwait(false) is { } theirs)
            await call.AnswerAsync(theirs).ConfigureAwait(false);
        else
        {
            await leader.CatchUpAsync(call.Stop).ConfigureAwait(false);
            var (state, network) = (changes.State, Lookup.Network(changes.State, call.Id));
            await call.AnswerAsync(NetworkResource.Of(network) with { Status = TellsStatus(call) ? StatusOf(state, network) : null }).ConfigureAwait(false);
        }
    }

    private static bool TellsStatus(ApiCall call) => call.Version is not { } version || version.CompareTo(StatusSince) >= 0;

    private static NetworkStatus? StatusOf(Snapshot state, Network network) => NetworkUsage.Of(state, network) is not { } usage ? null :
        new(new(new([KeyValuePair.Create(usage.Subnet, new NetworkSubnetStatus(usage.InUse, usage.Free))])));

    private async Task CreateAsync(ApiCall call)
    {
        if (DriverOf(await call.KeepBodyAsync().ConfigureAwait(false)) == NetworkOptions.Driver)
            await leader.ChangeAsync(call, CreateOverlayAsync).ConfigureAwait(false);
        else
            await ForwardAsync(call).ConfigureAwait(false);
    }

    private async Task CreateOverlayAsync(ApiCall call)
    {
        _ = changes.Manager;
        var request = await call.BodyAsync<NetworkCreateRequest>().ConfigureAwait(false);
        var spec = NetworkRequests.SpecOf(request);
        NetworkRequests.Problems(request).Concat(SpecValidation.Check(spec)).ToList().ThrowIfAny($"The network {spec.Name}");
        var id = changes.NewId();
        await changes.MakeAsync(
            tx =>
            {
                if (tx.View.NetworkNamed(spec.Name!) is not null)
                    throw new SwarmException(SwarmErrorCode.AlreadyExists, $"network with name {spec.Name} already exists");
                tx.Put(NetworkAllocation.Allot(tx.View, id, spec));
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerAsync(new NetworkCreateAnswer(id), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task ConnectAsync(ApiCall call)
    {
        await networks.CheckIsNotOursAsync(call.Id, call.Stop).ConfigureAwait(false);
        await ForwardAsync(call).ConfigureAwait(false);
    }

    /// <summary>The engine's unused networks. Those that carry the swarm's are the agent's to remove, and the swarm's stay for services to come.</summary>
    private async Task PruneAsync(ApiCall call)
    {
        var filters = ListFilters.Read(call.Query("filters"));
        filters["label!"] = new JArray(ListFilters.ValuesOf(filters["label!"]).Append(AgentLabels.NetworkId));
        EngineProxy.ReplaceQuery(call.Context, QueryHelpers.AddQueryString("", call.Context.Request.Query
            .Where(value => value.Key != "filters").Select(value => KeyValuePair.Create(value.Key, (string?)value.Value.ToString()))
            .Append(KeyValuePair.Create("filters", (string?)filters.ToString(Formatting.None)))));
        await ForwardAsync(call).ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiCall call)
    {
        if (ClientRequest.Current is null && (!IsManager || await EnginesAsync(call).ConfigureAwait(false) is not null))
            await ForwardAsync(call).ConfigureAwait(false);
        else
            await leader.ChangeAsync(call, RemoveOursAsync).ConfigureAwait(false);
    }

    private async Task RemoveOursAsync(ApiCall call)
    {
        await changes.MakeAsync(
            tx =>
            {
                var network = Lookup.Network(tx.View, call.Id);
                CheckUnused(tx.View, network);
                tx.Delete(network);
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync(StatusCodes.Status204NoContent).ConfigureAwait(false);
    }

    private Task ForwardAsync(ApiCall call) => proxy.ForwardAsync(call.Context, call.Stop);

    /// <summary>The engine's network, where it and not the swarm has the one that is meant; null where the swarm is to be asked.</summary>
    private async Task<JObject?> EnginesAsync(ApiCall call)
    {
        if (networks.IsOurs(call.Id))
            return null;
        var verbose = call.Context.Request.Method == "GET" ? call.Context.Request.QueryString.ToString() : "";
        return await networks.FindAsync(call.Id, call.Stop, verbose).ConfigureAwait(false);
    }

    private static void CheckUnused(Snapshot state, Network network)
    {
        var services = state.Services.All.Where(service => NetworkUse.NetworksOf(state, service.Spec).Contains(network.Id))
            .Select(service => service.Spec.Name ?? service.Id).Order(StringComparer.Ordinal).ToList();
        if (services.Count > 0)
            throw InUse($"by {(services.Count > 1 ? "services" : "service")} {string.Join(", ", services)}");
        var tasks = state.Tasks.All.Where(task => task.Status.State <= TaskState.Running && NetworkUse.IsOn(task, network.Id));
        if (tasks.OrderBy(task => task.CreatedAt).ThenBy(task => task.Id, StringComparer.Ordinal).FirstOrDefault() is { } task)
            throw InUse($"by task {task.Id}");

        SwarmException InUse(string by) => new(SwarmErrorCode.FailedPrecondition, $"rpc error: code = FailedPrecondition desc = network {network.Spec.Name} is in use {by}");
    }

    /// <summary>The driver that a body asks for; null where it is no JSON, which the engine refuses in its own words.</summary>
    private static string? DriverOf(byte[] body)
    {
        try
        {
            var request = ApiJson.Read<JObject>(new StreamReader(new MemoryStream(body)));
            return (string?)(request.GetValue(nameof(NetworkCreateRequest.Driver), StringComparison.OrdinalIgnoreCase) as JValue);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
