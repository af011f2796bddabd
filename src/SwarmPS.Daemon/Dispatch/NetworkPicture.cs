using System.Globalization;
using SwarmPS.Api;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// Who is where in the swarm's networks, from which each node's part is made. It is kept up with the store's changes: a change costs
/// the networks that it concerns. May be asked and told at the same time.
/// </summary>
internal sealed class NetworkPicture
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, PicturedNetwork> networks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ValueList<MeshPort>> published = new(StringComparer.Ordinal);
    private ValueList<MeshPort>? ports = [];
    private TunnelKeyRing? keys;

    /// <summary>Asks for the swarm's UDP port of packets between nodes; it never changes.</summary>
    public Func<uint> DataPathPort { get; init; } = () => SwarmDefaults.DataPathPort;

    /// <summary>Hears of objects that could not be handled; null where that should end the work.</summary>
    public PassOver? PassOver { get; init; }

    /// <summary>The ports of the routing mesh, the same on every node.</summary>
    public ValueList<MeshPort> Ports
    {
        get
        {
            lock (gate)
                return ports ??= published.Values.SelectMany(some => some).ToValueList();
        }
    }

    /// <summary>The keys of encrypted networks; null where there are none.</summary>
    public TunnelKeyRing? Keys
    {
        get
        {
            lock (gate)
                return keys;
        }
    }

    /// <summary>Makes the picture anew.</summary>
    public void Reset(Snapshot state)
    {
        lock (gate)
        {
            networks.Clear();
            tasks.Clear();
            services.Clear();
            nodes.Clear();
            published.Clear();
            ports = null;
            keys = state.Swarm?.TunnelKeys;
            foreach (var item in state.Networks.All.Cast<StoreObject>().Concat(state.Nodes.All).Concat(state.Services.All).Concat(state.Tasks.All))
                OneObject.Handle(PassOver, item.Kind, item.Id, () => Observe(new ObjectChange(item.Kind, null, item)));
        }
    }

    /// <summary>Takes notice of a change.</summary>
    /// <returns>The networks that it concerns, and whether what all nodes are told alike has changed: the ports, or the keys.</returns>
    public (IReadOnlyCollection<string> Networks, bool All) Observe(in ObjectChange change)
    {
        lock (gate)
        {
            return change.Object switch
            {
                Network network => (Observe((Network?)change.New, network.Id), false),
                Service service => (Observe((Service?)change.New, service.Id), Publish((Service?)change.New, service.Id)),
                SwarmTask task => (Observe((SwarmTask?)change.New, task.Id), false),
                Node node => (Observe((Node?)change.New, node.Id), false),
                SwarmObject => ([], Observe((SwarmObject?)change.New)),
                _ => ([], false),
            };
        }
    }

    /// <summary>The networks that a node takes part in.</summary>
    public IReadOnlyCollection<string> NetworksOf(string nodeId)
    {
        lock (gate)
            return [.. networks.Values.Where(network => network.Has(nodeId)).Select(network => network.Id)];
    }

    /// <summary>Whether all that was in the store with this version of the node is known here, and the node has an address in each network that it takes part in.</summary>
    public bool IsCompleteFor(string nodeId, ulong version)
    {
        lock (gate)
        {
            return nodes.TryGetValue(nodeId, out var node) && node.Version.Index >= version &&
                networks.Values.All(network => network.Network is null || !network.Has(nodeId) || GatewayOf(node, network.Id) is not null);
        }
    }

    /// <summary>A network as a node sees it, which is told of it now; null where the node takes no part in it.</summary>
    public NodeNetwork? Find(string id, string nodeId)
    {
        lock (gate)
        {
            if (!networks.TryGetValue(id, out var pictured))
                return null;
            // A node without a tunnel must not take an encrypted network for a plain one.
            if (pictured.Network is { } network && pictured.Has(nodeId) && (!NetworkUse.IsEncrypted(network) || TunnelOf(nodes.GetValueOrDefault(nodeId)) != 0) && GatewayOf(nodes.GetValueOrDefault(nodeId), id) is { } gateway)
            {
                pictured.Told.Add(nodeId);
                return Of(pictured, network, nodeId, gateway);
            }
            pictured.Told.Remove(nodeId);
            return null;
        }
    }

    /// <summary>Whether a node takes part in one of some networks, or was told of it.</summary>
    public bool Concerns(string nodeId, IReadOnlyCollection<string> ids)
    {
        lock (gate)
            return ids.Any(id => !networks.TryGetValue(id, out var network) || network.Has(nodeId) || network.Told.Contains(nodeId));
    }

    private static string? GatewayOf(Node? node, string networkId) =>
        node?.Gateways.OrEmpty().FirstOrDefault(gateway => gateway.NetworkId == networkId)?.Address;

    private NodeNetwork Of(PicturedNetwork pictured, Network network, string nodeId, string gateway)
    {
        var options = (network.DriverState?.Options).OrEmpty();
        var isEncrypted = NetworkUse.IsEncrypted(network);
        var others = nodes.Values.Where(node => node.Id != nodeId && pictured.Has(node.Id) && DataPathOf(node) is { Length: > 0 }).OrderBy(node => node.Id, StringComparer.Ordinal).ToList();
        return new()
        {
            Id = network.Id,
            Name = network.Spec.Name ?? "",
            Vni = Allocation.NetworkAllocation.VniOf(network),
            DataPathPort = DataPathPort(),
            Subnet = NetworkUse.SubnetOf(network) ?? "",
            Gateway = gateway,
            Mtu = int.TryParse(options.Find(NetworkOptions.Mtu), NumberStyles.None, CultureInfo.InvariantCulture, out var mtu) ? mtu : isEncrypted ? NetworkOptions.EncryptedMtuDefault : NetworkOptions.MtuDefault,
            Internal = network.Spec.Internal == true,
            Ingress = network.Spec.Ingress == true,
            Encrypted = isEncrypted,
            Tunnels = others.Where(node => isEncrypted && TunnelOf(node) != 0).Select(node => new RemoteTunnel(DataPathOf(node)!, TunnelOf(node))).ToValueList(),
            Gateways = others.Select(node => (DataPath: DataPathOf(node), Gateway: GatewayOf(node, network.Id))).Where(node => node.Gateway is not null)
                .Select(node => new RemoteGateway(node.Gateway!, HardwareAddress.Of(node.Gateway!), node.DataPath!)).ToValueList(),
            Endpoints = pictured.Tasks.Values.Select(endpoint => At(endpoint, nodeId)).OfType<NetworkEndpoint>().ToValueList(),
            Services = pictured.Services.Values.ToValueList(),
        };
    }

    /// <summary>
    /// A task as a node sees it; null where it cannot be reached, since nobody knows where its node is. Nobody is led to a task of a node
    /// that is down.
    /// </summary>
    private NetworkEndpoint? At(PicturedTask task, string nodeId)
    {
        if (task.NodeId == nodeId)
            return task.Endpoint;
        var node = nodes.GetValueOrDefault(task.NodeId);
        return DataPathOf(node) is { Length: > 0 } address ? task.Endpoint with { DataPath = address, Serving = task.Endpoint.Serving && !IsDown(node) } : null;
    }

    private static bool IsDown(Node? node) => node is { Status.State: NodeState.Down or NodeState.Disconnected };

    /// <summary>Where a node takes the networks' packets: as it says, else where it speaks from.</summary>
    private static string? DataPathOf(Node? node) => node?.Description?.DataPathAddr ?? node?.Status.Addr;

    private static ulong TunnelOf(Node? node) => node?.Description?.TunnelId ?? 0;

    private bool Observe(SwarmObject? swarm)
    {
        var before = keys;
        keys = swarm?.TunnelKeys;
        return keys != before;
    }

    private IReadOnlyCollection<string> Observe(Network? network, string id)
    {
        PictureOf(id).Network = network;
        Tidy(id);
        return [id];
    }

    private List<string> Observe(Service? service, string id)
    {
        var now = service is null ? [] : NetworkUse.SwarmNetworks(service.Spec).Distinct(StringComparer.Ordinal).ToList();
        List<string> concerned = [];
        foreach (var networkId in (services.GetValueOrDefault(id) ?? []).Except(now, StringComparer.Ordinal))
        {
            PictureOf(networkId).Services.Remove(id);
            Tidy(networkId);
            concerned.Add(networkId);
        }
        foreach (var networkId in now)
        {
            var (known, entry) = (PictureOf(networkId).Services, Entry(service!, networkId));
            if (known.GetValueOrDefault(id) == entry)
                continue;
            known[id] = entry;
            concerned.Add(networkId);
        }
        if (now.Count > 0)
            services[id] = now;
        else
            services.Remove(id);
        return concerned;
    }

    private bool Publish(Service? service, string id)
    {
        var meshed = service is null ? [] : MeshPortsOf(service);
        if (meshed.Equals(published.GetValueOrDefault(id) ?? ValueList<MeshPort>.Empty))
            return false;
        ports = null;
        if (meshed.Count > 0)
            published[id] = meshed;
        else
            published.Remove(id);
        return true;
    }

    private static NetworkService Entry(Service service, string networkId)
    {
        var attachment = (service.Spec.TaskTemplate.Networks ?? service.Spec.Networks).OrEmpty().First(attachment => attachment.Target == networkId);
        var address = (service.Endpoint?.VirtualIPs).OrEmpty().FirstOrDefault(virtualIp => virtualIp.NetworkId == networkId)?.Addr ?? "";
        return new(service.Id, service.Spec.Name ?? "", attachment.Aliases.OrEmpty(), Bare(address));
    }

    private static ValueList<MeshPort> MeshPortsOf(Service service) => (service.Endpoint?.Ports).OrEmpty()
        .Where(port => port.PublishMode is null or PublishMode.Ingress && port.PublishedPort != 0)
        .Select(port => new MeshPort(service.Id, ApiEnumConverter.Word(port.Protocol ?? PortProtocol.Tcp), port.PublishedPort, port.TargetPort)
        {
            Address = port.HostIP ?? "",
            PreservesSource = port.PreserveSource == true,
            PrefersLocal = port.PreferLocal == true,
        })
        .ToValueList();

    private List<string> Observe(SwarmTask? task, string id)
    {
        var now = task is { NodeId.Length: > 0, Status.State: >= TaskState.Assigned and <= TaskState.Running } ? task.NetworksAttachments.OrEmpty() : [];
        var ids = now.Select(attachment => attachment.Network?.Id ?? "").ToList();
        var before = tasks.GetValueOrDefault(id) ?? [];
        List<string> concerned = [];
        foreach (var networkId in before.Except(ids, StringComparer.Ordinal))
        {
            PictureOf(networkId).Remove(id);
            Tidy(networkId);
            concerned.Add(networkId);
        }
        foreach (var attachment in now)
        {
            var address = Bare(attachment.Addresses.OrEmpty().FirstOrDefault() ?? "");
            if (address != "" && PictureOf(attachment.Network!.Id).Put(new(task!.NodeId, new(id, task.ServiceId, address, HardwareAddress.Of(address), "", IsServing(task)))))
                concerned.Add(attachment.Network.Id);
        }
        if (ids.Count > 0)
            tasks[id] = ids;
        else
            tasks.Remove(id);
        return concerned;
    }

    /// <summary>What is wrong with a task that runs is its health.</summary>
    private static bool IsServing(SwarmTask task) => task is { Status: { State: TaskState.Running, Err: null }, DesiredState: < TaskState.Shutdown };

    private List<string> Observe(Node? node, string id)
    {
        var before = nodes.GetValueOrDefault(id);
        if (node is null)
            nodes.Remove(id);
        else
            nodes[id] = node;
        if (before is not null && node is not null && DataPathOf(before) == DataPathOf(node) && IsDown(before) == IsDown(node) && TunnelOf(before) == TunnelOf(node) && Equals(before.Gateways, node.Gateways))
            return [];
        var gateways = new[] { before, node }.SelectMany(either => (either?.Gateways).OrEmpty()).Select(gateway => gateway.NetworkId);
        return [.. gateways.Distinct(StringComparer.Ordinal)];
    }

    private PicturedNetwork PictureOf(string id)
    {
        if (!networks.TryGetValue(id, out var network))
            networks[id] = network = new(id);
        return network;
    }

    private void Tidy(string id)
    {
        if (networks.TryGetValue(id, out var network) && network is { Network: null, Tasks.Count: 0, Services.Count: 0 })
            networks.Remove(id);
    }

    private static string Bare(string address) => Subnet.TryParseAddress(address, out var number) ? Subnet.Write(number) : "";
}
