namespace SwarmPS.Model;

/// <summary>What is tried of a network.</summary>
public enum NetworkCheck
{
    /// <summary>The node can be asked at all.</summary>
    Node,

    /// <summary>The engine's network, the bridge, the devices and their entries are what the managers want.</summary>
    Kernel,

    /// <summary>The node's DNS server answers with what the managers know.</summary>
    Names,

    /// <summary>Virtual addresses in the node's containers lead to the tasks that serve.</summary>
    VirtualAddresses,

    /// <summary>Published ports are held, and lead to the tasks that serve.</summary>
    Ports,

    /// <summary>Packets get to another node and back, the largest ones too.</summary>
    Path,

    /// <summary>The containers of serving tasks answer.</summary>
    Tasks,
}

/// <summary>What a node found when it tried a part of a network.</summary>
public sealed record NetworkFinding
{
    /// <summary>The network's id; empty where it is about the node as a whole.</summary>
    public string NetworkId { get; init; } = "";

    /// <summary>The network's name.</summary>
    public string Network { get; init; } = "";

    /// <summary>What was tried.</summary>
    public NetworkCheck Check { get; init; }

    /// <summary>The other node, where it was tried from one to another, else empty: nodes say its data path address, managers its name.</summary>
    public string Other { get; init; } = "";

    /// <summary>It is as it should be.</summary>
    public bool Ok { get; init; }

    /// <summary>What was found; where it is not as it should be, also why and what to do.</summary>
    public string Message { get; init; } = "";
}
