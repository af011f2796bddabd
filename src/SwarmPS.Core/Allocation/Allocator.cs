using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Allocation;

/// <summary>
/// Gives addresses of the swarm's networks: virtual ones to services, one to each task and network, and to each node its own gateway
/// where it has tasks. It keeps a picture of who has which, which <see cref="Observe"/> keeps up to date, so that a plan costs what
/// has changed and not what there is. A task waits in the state new until it has all its addresses.
/// </summary>
public sealed class Allocator
{
    private readonly HashSet<string> services = new(StringComparer.Ordinal);
    private readonly HashSet<string> lacking = new(StringComparer.Ordinal);
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> nodes = new(StringComparer.Ordinal);
    private AddressLedger ledger = new();
    private readonly HashSet<string> tryable = new(StringComparer.Ordinal);
    private bool tryAll;
    private string? meshed;

    /// <summary>Hears of objects that could not be handled; null where that should end the work.</summary>
    public PassOver? PassOver { get; init; }

    /// <summary>Whether a plan would look at anything.</summary>
    public bool HasWork => services.Count > 0 || nodes.Count > 0 || tryable.Count > 0 || ledger.Idle.Count > 0 || (tryAll && waiting.Count + lacking.Count > 0);

    /// <summary>Makes the picture anew.</summary>
    public void Reset(Snapshot state)
    {
        (ledger, meshed) = (new(), null);
        services.Clear();
        lacking.Clear();
        waiting.Clear();
        nodes.Clear();
        tryable.Clear();
        foreach (var item in state.Networks.All.Cast<StoreObject>().Concat(state.Services.All).Concat(state.Nodes.All).Concat(state.Tasks.All))
            OneObject.Handle(PassOver, item.Kind, item.Id, () => Observe(new(item.Kind, null, item)));
        foreach (var node in state.Nodes.All)
            ledger.Idle.UnionWith(node.Gateways.OrEmpty().Select(gateway => (gateway.NetworkId, node.Id)));
    }

    /// <summary>Takes notice of a change. To hear of the same one twice does no harm.</summary>
    public void Observe(ObjectChange change)
    {
        tryAll |= ledger.Observe(change);
        switch (change.Object)
        {
            case Service service when change.New is not null && (NetworkUse.NeedsAddresses(service.Spec) || service.Endpoint?.VirtualIPs is { Count: > 0 } || IsBehind(service)):
                services.Add(service.Id);
                tryAll = true;
                break;
            case Network { Spec.Ingress: true }:
                tryAll = true;
                break;
            case Node node when change.Old is null && change.New is not null:
                nodes.Add(node.Id);
                break;
            case SwarmTask task when change.New is not null && task is { Status.State: TaskState.New, DesiredState: < TaskState.Shutdown }:
                if (waiting.Add(task.Id))
                    tryable.Add(task.Id);
                break;
            case SwarmTask task:
                waiting.Remove(task.Id);
                tryable.Remove(task.Id);
                break;
        }
    }

    /// <summary>Gives what can be given, and tells tasks why they wait. The picture then has the plan in it already.</summary>
    /// <param name="state">The state, with all changes that were observed.</param>
    /// <param name="now">When.</param>
    /// <param name="changesMax">Changes after which the plan ends, with more to come.</param>
    public IReadOnlyList<StoreChange> Plan(Snapshot state, Timestamp now, int changesMax = int.MaxValue)
    {
        Dictionary<string, StoreObject> changes = new(StringComparer.Ordinal);
        if (tryAll)
            services.UnionWith(lacking);
        foreach (var id in services)
        {
            lacking.Remove(id);
            if (state.Services.Find(id) is { } service)
                OneObject.Handle(PassOver, ObjectKind.Service, id, () => GiveToService(state, changes, service));
        }
        services.Clear();
        GiveToTasks(state, changes, now, changesMax);
        GiveToMesh(state, changes);
        TakeFromIdle(state, changes);
        return [.. changes.Values.Select(StoreChange.Put)];
    }

    /// <summary>
    /// The nodes of tasks that were just placed, with their gateways in these tasks' networks. There is always one left: tasks that
    /// wait for a node leave it free.
    /// </summary>
    /// <param name="state">The state, with all changes that were observed.</param>
    /// <param name="placed">Tasks as they were placed.</param>
    public IReadOnlyList<StoreChange> GiveGateways(Snapshot state, IEnumerable<SwarmTask> placed)
    {
        Dictionary<string, StoreObject> changes = new(StringComparer.Ordinal);
        foreach (var task in placed.Where(task => task is { NodeId.Length: > 0, Status.State: TaskState.Assigned }))
        {
            foreach (var attachment in task.NetworksAttachments.OrEmpty())
                GiveGateway(state, changes, task.NodeId, attachment.Network?.Id ?? "");
        }
        return [.. changes.Values.Select(StoreChange.Put)];
    }

    private void GiveToService(Snapshot state, Dictionary<string, StoreObject> changes, Service service)
    {
        var reached = WithAddresses(state, WithPorts(state, service));
        if (reached != service)
            Put(changes, service, reached);
    }

    private void Put(Dictionary<string, StoreObject> changes, StoreObject? old, StoreObject item)
    {
        changes[item.Id] = item;
        ledger.Observe(new(item.Kind, old, item));
    }

    /// <summary>Whether it is written down how a service was to be reached before: its update was turned back.</summary>
    private static bool IsBehind(Service service) => service.Endpoint is { } endpoint && service.Spec.EndpointSpec is { } wanted && endpoint.Spec != wanted;

    /// <summary>A service with the ports of its spec. One that another has taken meanwhile stays with that one: the way back is not refused for it.</summary>
    private static Service WithPorts(Snapshot state, Service service) =>
        IsBehind(service) ? service with { Endpoint = PortAllocation.EndpointOf(service, PortAllocation.Try(state, service).Ports) } : service;

    /// <summary>A service with the virtual addresses that it should have, as far as there are any.</summary>
    private Service WithAddresses(Snapshot state, Service service)
    {
        var had = (service.Endpoint?.VirtualIPs).OrEmpty();
        List<VirtualIp> has = [];
        foreach (var networkId in VirtualNetworksOf(state, service))
        {
            if (had.FirstOrDefault(address => address.NetworkId == networkId) is { } kept)
                has.Add(kept);
            else if (ledger.PoolOf(networkId) is { FreeForServices: > 0 } pool && pool.Take(service.Id) is { } address)
                has.Add(new(networkId, pool.Write(address)));
            else
                lacking.Add(service.Id);
        }
        return has.SequenceEqual(had) ? service : service with { Endpoint = (service.Endpoint ?? new()) with { VirtualIPs = has.Count > 0 ? has.ToValueList() : null } };
    }

    /// <summary>The networks in which one address stands for all of a service's tasks. The mesh leads to the tasks themselves.</summary>
    private static IEnumerable<string> VirtualNetworksOf(Snapshot state, Service service) => service.Spec.EndpointSpec?.Mode is EndpointMode.Dnsrr
        ? []
        : NetworkUse.NetworksOf(state, service.Spec).Where(id => state.Networks.Find(id)?.Spec.Ingress != true);

    private void GiveToTasks(Snapshot state, Dictionary<string, StoreObject> changes, Timestamp now, int changesMax)
    {
        if (tryAll)
            tryable.UnionWith(waiting);
        tryAll = false;
        var tasks = tryable.Select(state.Tasks.Find).OfType<SwarmTask>()
            .OrderBy(task => task.ServiceId, StringComparer.Ordinal).ThenBy(task => task.Slot).ThenBy(task => task.Id, StringComparer.Ordinal).ToList();
        foreach (var task in tasks)
        {
            if (changes.Count >= changesMax)
                return;
            tryable.Remove(task.Id);
            if (state.Services.Find(task.ServiceId) is { } service)
                OneObject.Handle(PassOver, ObjectKind.Task, task.Id, () => GiveToTask(state, changes, changes.GetValueOrDefault(service.Id) as Service ?? service, task, now));
        }
    }

    private void GiveToTask(Snapshot state, Dictionary<string, StoreObject> changes, Service service, SwarmTask task, Timestamp now)
    {
        var networks = NetworkUse.NetworksOf(state, service.Spec);
        if (Obstacle(state, service, networks) is { } why)
        {
            if (task.Status.Err != why)
                Put(changes, task, task with { Status = task.Status with { Err = why, Timestamp = now } });
            return;
        }
        waiting.Remove(task.Id);
        Put(changes, task, task with
        {
            NetworksAttachments = networks.Select(id => Attachment(id, task.Id)).ToValueList(),
            Status = new() { State = TaskState.Pending, Timestamp = now, Message = "pending task scheduling" },
        });
    }

    private NetworkAttachment Attachment(string networkId, string taskId)
    {
        var pool = ledger.PoolOf(networkId)!;
        return new(new() { Id = networkId }, [pool.Write(pool.Take(taskId)!.Value)]);
    }

    /// <summary>Why a task of a service cannot have its addresses now; null where it can.</summary>
    private string? Obstacle(Snapshot state, Service service, IReadOnlyList<string> networks)
    {
        foreach (var target in NetworkUse.SwarmNetworks(service.Spec))
        {
            if (state.Networks.Find(target) is null && state.NetworkNamed(target) is null)
                return $"network {target} is gone: make one of that name, or take the service off it";
        }
        foreach (var networkId in networks)
        {
            if (ledger.PoolOf(networkId) is { FreeForTasks: > 0 })
                continue;
            var network = state.Networks.Find(networkId)!;
            return $"network {network.Spec.Name} has no free address: its {ledger.PoolOf(networkId)?.Size ?? 0} are taken by tasks, services and nodes, or kept for them. Take services off it, or move them to a network with a larger subnet";
        }
        return null;
    }

    /// <summary>Every node takes part in the routing mesh.</summary>
    private void GiveToMesh(Snapshot state, Dictionary<string, StoreObject> changes)
    {
        if (NetworkUse.Ingress(state) is not { } ingress)
        {
            nodes.Clear();
            return;
        }
        // The first time, and after a reset, these are all nodes.
        foreach (var id in meshed == ingress.Id ? nodes.ToList() : [.. state.Nodes.All.Select(node => node.Id)])
            GiveGateway(state, changes, id, ingress.Id);
        meshed = ingress.Id;
        nodes.Clear();
    }

    private void GiveGateway(Snapshot state, Dictionary<string, StoreObject> changes, string nodeId, string networkId)
    {
        if ((changes.GetValueOrDefault(nodeId) as Node ?? state.Nodes.Find(nodeId)) is not { } node || node.Gateways.OrEmpty().Any(gateway => gateway.NetworkId == networkId))
            return;
        if (ledger.PoolOf(networkId)?.Take(nodeId) is { } address)
            Put(changes, node, node with { Gateways = node.Gateways.OrEmpty().Append(new NodeGateway(networkId, Subnet.Write(address))).ToValueList() });
    }

    /// <summary>A node gives its gateway back where it has no task of the network any more.</summary>
    private void TakeFromIdle(Snapshot state, Dictionary<string, StoreObject> changes)
    {
        foreach (var (networkId, nodeId) in ledger.Idle.ToList())
        {
            if (ledger.HasTasks(networkId, nodeId) || state.Networks.Find(networkId)?.Spec.Ingress == true)
                continue;
            if ((changes.GetValueOrDefault(nodeId) as Node ?? state.Nodes.Find(nodeId)) is { } node && node.Gateways.OrEmpty().Any(gateway => gateway.NetworkId == networkId))
                Put(changes, node, node with { Gateways = node.Gateways.OrEmpty().Where(gateway => gateway.NetworkId != networkId).ToValueList() });
        }
        ledger.Idle.Clear();
    }
}
