using System.Globalization;
using System.Runtime.CompilerServices;
using SwarmPS.Model;
using SwarmPS.Planning;

namespace SwarmPS.Api;

public sealed partial class SwarmClient
{
    /// <summary>Whether the daemon answers at all; it needs no engine for that.</summary>
    public Task PingAsync(CancellationToken stop) => DoAsync(HttpMethod.Get, "/_ping", null, stop);

    /// <summary>The versions of daemon and engine.</summary>
    public Task<VersionAnswer> GetVersionAsync(CancellationToken stop) => GetAsync<VersionAnswer>("/version", stop);

    /// <summary>Where the node stands.</summary>
    public Task<InfoAnswer> GetInfoAsync(CancellationToken stop) => GetAsync<InfoAnswer>(Url("/info"), stop);

    /// <summary>The swarm, with its join tokens.</summary>
    public Task<SwarmObject> GetSwarmAsync(CancellationToken stop) => GetAsync<SwarmObject>(Url("/swarm"), stop);

    /// <summary>Makes a new swarm; gives this node's id.</summary>
    public Task<string> InitializeSwarmAsync(SwarmInitRequest request, CancellationToken stop) =>
        PostAsync<string>(Url("/swarm/init"), request, stop);

    /// <summary>Takes the node into a swarm that there is.</summary>
    public Task JoinSwarmAsync(SwarmJoinRequest request, CancellationToken stop) => DoAsync(HttpMethod.Post, Url("/swarm/join"), request, stop);

    /// <summary>Changes the swarm's spec; new tokens and keys for those asked for.</summary>
    public Task UpdateSwarmAsync(SwarmSpec spec, ulong version, SwarmRotation rotation, CancellationToken stop) =>
        DoAsync(
            HttpMethod.Post,
            Url("/swarm/update", ("version", Number(version)), ("rotateWorkerToken", Flag(rotation.WorkerToken)), ("rotateManagerToken", Flag(rotation.ManagerToken)),
                ("rotateManagerUnlockKey", Flag(rotation.UnlockKey))),
            spec, stop);

    /// <summary>The key that locked managers ask for; empty where they do not lock.</summary>
    public async Task<string> GetUnlockKeyAsync(CancellationToken stop) =>
        (await GetAsync<UnlockKeyBody>(Url("/swarm/unlockkey"), stop).ConfigureAwait(false)).UnlockKey ?? "";

    /// <summary>Unlocks a locked manager.</summary>
    public Task UnlockSwarmAsync(string key, CancellationToken stop) => DoAsync(HttpMethod.Post, Url("/swarm/unlock"), new UnlockKeyBody(key), stop);

    /// <summary>Writes the swarm's whole state, sealed, to a stream.</summary>
    public async Task BackUpSwarmAsync(SwarmBackupRequest request, Stream to, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Post, Url("/swarmps/backup"), request, stop).ConfigureAwait(false);
        await answer.Content.CopyToAsync(to, stop).ConfigureAwait(false);
    }

    /// <summary>Makes a swarm of a backup; gives this node's id.</summary>
    public Task<string> RestoreSwarmAsync(SwarmRestoreRequest request, Stream backup, CancellationToken stop) =>
        PostAsync<string>(Url("/swarmps/restore"), new RestoreContent(request, backup), stop);

    /// <summary>Leaves the swarm.</summary>
    public Task LeaveSwarmAsync(bool force, CancellationToken stop) =>
        DoAsync(HttpMethod.Post, Url("/swarm/leave", ("force", Flag(force))), null, stop);

    /// <summary>The nodes that fit the filters.</summary>
    public Task<List<Node>> ListNodesAsync(ApiFilters filters, CancellationToken stop) =>
        GetAsync<List<Node>>(Url("/nodes", ("filters", filters.ToJson())), stop);

    /// <summary>A node by id, name or the beginning of its id.</summary>
    public Task<Node> GetNodeAsync(string id, CancellationToken stop) => GetAsync<Node>(Url($"/nodes/{Id(id)}"), stop);

    /// <summary>Changes a node's spec.</summary>
    public Task UpdateNodeAsync(string id, ulong version, NodeSpec spec, CancellationToken stop) =>
        DoAsync(HttpMethod.Post, Url($"/nodes/{Id(id)}/update", ("version", Number(version))), spec, stop);

    /// <summary>Takes a node off the list.</summary>
    public Task RemoveNodeAsync(string id, bool force, CancellationToken stop) => DoAsync(HttpMethod.Delete, Url($"/nodes/{Id(id)}", ("force", Flag(force))), null, stop);

    /// <summary>The services that fit the filters, with counts of their tasks.</summary>
    public Task<List<Service>> ListServicesAsync(ApiFilters filters, CancellationToken stop) =>
        GetAsync<List<Service>>(Url("/services", ("filters", filters.ToJson()), ("status", "true")), stop);

    /// <summary>A service by id, name or the beginning of its id.</summary>
    public Task<Service> GetServiceAsync(string id, CancellationToken stop) => GetAsync<Service>(Url($"/services/{Id(id)}"), stop);

    /// <summary>Creates a service.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="registry">What lets its nodes pull the image; null where nothing is needed.</param>
    public Task<CreateAnswer> CreateServiceAsync(ServiceSpec spec, CancellationToken stop, RegistryAuth? registry = null) =>
        PostAsync<CreateAnswer>(Url("/services/create"), spec, registry, stop);

    /// <summary>Changes a service from the version named. What lets its nodes pull the image stays where nothing is given.</summary>
    public Task<UpdateAnswer> UpdateServiceAsync(string id, ulong version, ServiceSpec spec, CancellationToken stop, RegistryAuth? registry = null) =>
        PostAsync<UpdateAnswer>(Url($"/services/{Id(id)}/update", ("version", Number(version))), spec, registry, stop);

    /// <summary>Goes back to the spec that a service had before its last update, from the version named.</summary>
    public Task<UpdateAnswer> RollBackServiceAsync(Service service, CancellationToken stop) =>
        PostAsync<UpdateAnswer>(Url($"/services/{Id(service.Id)}/update", ("version", Number(service.Version.Index)), ("rollback", "previous")), service.Spec, stop);

    /// <summary>Pauses the update of a service that is under way, or resumes one that is paused.</summary>
    public Task<UpdateAnswer> SetRolloutAsync(Service service, bool isPaused, CancellationToken stop) =>
        PostAsync<UpdateAnswer>(Url($"/services/{Id(service.Id)}/update", ("version", Number(service.Version.Index)), ("rollout", isPaused ? "pause" : "resume")), service.Spec, stop);

    /// <summary>Moves tasks of a service to nodes where it is spread better.</summary>
    public Task<UpdateAnswer> RebalanceServiceAsync(Service service, CancellationToken stop) =>
        PostAsync<UpdateAnswer>(Url($"/services/{Id(service.Id)}/update", ("version", Number(service.Version.Index)), ("rollout", "rebalance")), service.Spec, stop);

    /// <summary>Which tasks of a service would be moved; none is.</summary>
    public Task<ServicePlan> PlanRebalanceAsync(Service service, CancellationToken stop) =>
        PostAsync<ServicePlan>(Url("/swarmps/plan", ("service", service.Id), ("version", Number(service.Version.Index)), ("rollout", "rebalance")), service.Spec, stop);

    /// <summary>What would come of creating a service; nothing is made.</summary>
    public Task<ServicePlan> PlanServiceAsync(ServiceSpec spec, CancellationToken stop, RegistryAuth? registry = null) =>
        PostAsync<ServicePlan>(Url("/swarmps/plan"), spec, registry, stop);

    /// <summary>What would come of changing a service from the version named; nothing is changed.</summary>
    public Task<ServicePlan> PlanServiceAsync(Service service, ServiceSpec spec, CancellationToken stop, RegistryAuth? registry = null) =>
        PostAsync<ServicePlan>(Url("/swarmps/plan", ("service", service.Id), ("version", Number(service.Version.Index))), spec, registry, stop);

    /// <summary>What would come of going back to the spec that a service had before its last update; nothing is changed.</summary>
    public Task<ServicePlan> PlanRollbackAsync(Service service, CancellationToken stop) =>
        PostAsync<ServicePlan>(Url("/swarmps/plan", ("service", service.Id), ("version", Number(service.Version.Index)), ("rollback", "previous")), service.Spec, stop);

    /// <summary>Removes a service and its tasks.</summary>
    public Task RemoveServiceAsync(string id, CancellationToken stop) => DoAsync(HttpMethod.Delete, Url($"/services/{Id(id)}"), null, stop);

    /// <summary>What a registry has under an image's name; the daemon's engine asks it.</summary>
    public Task<DistributionAnswer> GetDistributionAsync(string image, RegistryAuth? registry, CancellationToken stop) =>
        GetAsync<DistributionAnswer>(Url($"/distribution/{string.Join('/', image.Split('/').Select(Id))}/json"), stop, registry);

    /// <summary>The tasks that fit the filters.</summary>
    public Task<List<SwarmTask>> ListTasksAsync(ApiFilters filters, CancellationToken stop) =>
        GetAsync<List<SwarmTask>>(Url("/tasks", ("filters", filters.ToJson())), stop);

    /// <summary>A task by id or its beginning.</summary>
    public Task<SwarmTask> GetTaskAsync(string id, CancellationToken stop) => GetAsync<SwarmTask>(Url($"/tasks/{Id(id)}"), stop);

    /// <summary>Starts a command in a task that runs, on whichever node.</summary>
    public async Task<SwarmProcess> StartProcessAsync(string id, TaskExecRequest request, CancellationToken stop) =>
        await SwarmProcess.OpenAsync(await SendAsync(HttpMethod.Post, Url($"/swarmps/tasks/{Id(id)}/exec"), request, stop, upgrade: true).ConfigureAwait(false), stop).ConfigureAwait(false);

    /// <summary>How far a service is from what is wanted, told anew at each change until it is converged or has failed.</summary>
    public async IAsyncEnumerable<Convergence> WatchConvergenceAsync(string id, [EnumeratorCancellation] CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Get, Url($"/swarmps/services/{Id(id)}/convergence", ("follow", "true")), null, stop).ConfigureAwait(false);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
        while (await lines.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0)
                yield return ApiJson.Read<Convergence>(line);
        }
    }

    /// <summary>What happens in the swarm, until the daemon ends the stream.</summary>
    /// <param name="filters">Which events.</param>
    /// <param name="after">After the event of this index; null for none.</param>
    /// <param name="since">From this time on, as far as events are kept; null for now.</param>
    /// <param name="begun">Hears that the daemon answers.</param>
    /// <param name="stop">Ends it.</param>
    public async IAsyncEnumerable<EventAnswer> WatchEventsAsync(
        ApiFilters filters, string? after, DateTimeOffset? since, Action? begun, [EnumeratorCancellation] CancellationToken stop)
    {
        var from = since is { } time ? (time.ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture) : null;
        using var answer = await SendAsync(HttpMethod.Get, Url("/events", ("filters", filters.ToJson()), ("after", after), ("since", from)), null, stop).ConfigureAwait(false);
        begun?.Invoke();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
        while (await lines.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
            yield return ApiJson.Read<EventAnswer>(line);
    }

    /// <summary>A service's output.</summary>
    public async IAsyncEnumerable<LogFrame> ReadServiceLogAsync(string id, LogQuery query, [EnumeratorCancellation] CancellationToken stop)
    {
        var url = Url($"/services/{Id(id)}/logs", ("stdout", "true"), ("stderr", "true"), ("details", "true"),
            ("follow", Flag(query.Follow)), ("since", query.Since), ("tail", query.Tail), ("timestamps", Flag(query.Timestamps)));
        using var answer = await SendAsync(HttpMethod.Get, url, null, stop).ConfigureAwait(false);
        await using var stream = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        await foreach (var frame in LogFrame.ReadAllAsync(stream, stop).ConfigureAwait(false))
            yield return frame;
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
