namespace SwarmPS.Model;

/// <summary>
/// What the networks of one node should be: all that its data plane is made from, and all that its DNS answers from. A manager derives
/// it from the replicated state; the node makes its kernel agree with it.
/// </summary>
/// <param name="Networks">The networks that the node takes part in: those of its tasks, and the routing mesh's.</param>
/// <param name="Ports">The ports that the routing mesh answers on, on every node.</param>
public sealed record NodeNetworks(ValueList<NodeNetwork> Networks, ValueList<MeshPort> Ports)
{
    /// <summary>No network and no port.</summary>
    public static NodeNetworks None { get; } = new([], []);

    /// <summary>The keys of its encrypted networks; null where it has none, or the managers have not given them yet. On no disk.</summary>
    public TunnelKeyRing? Keys { get; init; }
}

/// <summary>A network as one node sees it.</summary>
public sealed record NodeNetwork
{
    /// <summary>The network's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its VXLAN id.</summary>
    public uint Vni { get; init; }

    /// <summary>The UDP port on which nodes exchange its packets: the swarm's; 0 for the standard one.</summary>
    public uint DataPathPort { get; init; }

    /// <summary>Its subnet with the prefix length.</summary>
    public string Subnet { get; init; } = "";

    /// <summary>This node's own gateway address in it: one for each node, since a shared one would flip ARP between nodes.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The largest packet, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>No way out of the swarm.</summary>
    public bool Internal { get; init; }

    /// <summary>The network of the routing mesh.</summary>
    public bool Ingress { get; init; }

    /// <summary>What goes from node to node is encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>The tunnels of the other nodes that take part, where the network is encrypted.</summary>
    public ValueList<RemoteTunnel> Tunnels { get; init; } = [];

    /// <summary>The gateways of the other nodes that take part.</summary>
    public ValueList<RemoteGateway> Gateways { get; init; } = [];

    /// <summary>Every task's place in the network, on this node and elsewhere.</summary>
    public ValueList<NetworkEndpoint> Endpoints { get; init; } = [];

    /// <summary>The services on the network, by whose names and virtual addresses their tasks are reached.</summary>
    public ValueList<NetworkService> Services { get; init; } = [];
}

/// <summary>Another node's gateway in a network.</summary>
/// <param name="Address">Its address in the network.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="DataPath">The address at which the node takes the network's packets.</param>
public sealed record RemoteGateway(string Address, string Mac, string DataPath);

/// <summary>Another node's end of encrypted networks.</summary>
/// <param name="DataPath">The address at which the node takes packets of networks.</param>
/// <param name="Id">The tunnel's id.</param>
public sealed record RemoteTunnel(string DataPath, ulong Id);

/// <summary>A task's place in a network.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="Service">Its service's id; empty for a container that is no task of a service.</param>
/// <param name="Address">Its address.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="DataPath">The address at which its node takes the network's packets; empty where the task is on this node.</param>
/// <param name="Serving">It is healthy and not about to stop: names and virtual addresses lead to it.</param>
public sealed record NetworkEndpoint(string Task, string Service, string Address, string Mac, string DataPath, bool Serving);

/// <summary>A service on a network.</summary>
/// <param name="Id">The service's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Aliases">Further names that it is known by in this network.</param>
/// <param name="VirtualAddress">The address that stands for all of its tasks; empty where its names lead to the tasks themselves.</param>
public sealed record NetworkService(string Id, string Name, ValueList<string> Aliases, string VirtualAddress);

/// <summary>A port that the routing mesh answers on.</summary>
/// <param name="Service">The id of the service behind it.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="Published">The port on the nodes.</param>
/// <param name="Target">The port in the tasks' containers.</param>
public sealed record MeshPort(string Service, string Protocol, uint Published, uint Target)
{
    /// <summary>The address of the nodes that it is answered on; empty for all of them.</summary>
    public string Address { get; init; } = "";

    /// <summary>Tasks on other nodes see their clients' addresses.</summary>
    public bool PreservesSource { get; init; }

    /// <summary>A node that has serving tasks leads to these alone.</summary>
    public bool PrefersLocal { get; init; }
}
