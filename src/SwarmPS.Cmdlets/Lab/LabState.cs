using System.Globalization;
using Newtonsoft.Json;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>A lab: several nodes of a swarm on one machine, each with a network namespace, an engine and a daemon of its own.</summary>
public sealed record LabState
{
    /// <summary>Its name; one lab of a name on a machine.</summary>
    public required string Name { get; init; }

    /// <summary>The folder of all its files.</summary>
    public required string Folder { get; init; }

    /// <summary>The program of its daemons.</summary>
    public required string Program { get; init; }

    /// <summary>The third number of its addresses: two labs differ in it.</summary>
    public required int Subnet { get; init; }

    /// <summary>The machine's start during which its processes were started; after another one none of them lives.</summary>
    public required string Boot { get; init; }

    /// <summary>Whether containers outlive their engine's end.</summary>
    public bool IsLiveRestored { get; init; } = true;

    /// <summary>Its nodes by number.</summary>
    public IReadOnlyList<LabNode> Nodes { get; init; } = [];

    /// <summary>The network namespace with the bridge between the nodes.</summary>
    [JsonIgnore]
    public string BridgeNamespace => $"swps-{Name}-net";

    /// <summary>The machine's own link to the nodes.</summary>
    [JsonIgnore]
    public string HostLink => string.Create(CultureInfo.InvariantCulture, $"swps{Subnet}");

    /// <summary>The machine's own address among the nodes.</summary>
    [JsonIgnore]
    public string HostAddress => AddressOf(254);

    /// <summary>The node of a number or name. Throws <see cref="LabException"/> where there is none.</summary>
    public LabNode this[string name] => Nodes.FirstOrDefault(node => node.Name == name)
        ?? throw new LabException("LabNodeNotFound", $"The lab {Name} has no node {name}. It has {string.Join(", ", Nodes.Select(node => node.Name))}.");

    /// <summary>The address of a number among the nodes.</summary>
    public string AddressOf(int number) => string.Create(CultureInfo.InvariantCulture, $"10.90.{Subnet}.{number}");

    /// <summary>What is where for a node.</summary>
    public LabPlace PlaceOf(LabNode node) => new(this, node);

    /// <summary>The same lab with a node changed.</summary>
    public LabState With(string name, Func<LabNode, LabNode> change) => this with { Nodes = [.. Nodes.Select(node => node.Name == name ? change(node) : node)] };
}

/// <summary>A node of a lab.</summary>
public sealed record LabNode
{
    /// <summary>From 1; the last number of its address.</summary>
    public required int Number { get; init; }

    /// <summary>Whether it joins as a manager.</summary>
    public required bool IsManager { get; init; }

    /// <summary>Whether it is cut off from the others.</summary>
    public bool IsPartitioned { get; init; }

    /// <summary>What runs the engine's containers; null where it was not started.</summary>
    public LabProcess? Containerd { get; init; }

    /// <summary>The engine; null where it was not started.</summary>
    public LabProcess? Engine { get; init; }

    /// <summary>The daemon; null where it was not started.</summary>
    public LabProcess? Daemon { get; init; }

    /// <summary>Its name, which is its hostname in the swarm: <c>n1</c>.</summary>
    [JsonIgnore]
    public string Name => string.Create(CultureInfo.InvariantCulture, $"n{Number}");
}

/// <summary>What is where for a node of a lab.</summary>
public sealed class LabPlace
{
    internal LabPlace(LabState lab, LabNode node)
    {
        Folder = Path.Combine(lab.Folder, node.Name);
        Address = lab.AddressOf(node.Number);
        Namespace = $"swps-{lab.Name}-{node.Name}";
        Mac = string.Create(CultureInfo.InvariantCulture, $"02:5a:{lab.Subnet:x2}:00:00:{node.Number:x2}");
        Port = string.Create(CultureInfo.InvariantCulture, $"p{node.Number}");
        IsLiveRestored = lab.IsLiveRestored;
    }

    /// <summary>The folder of its files.</summary>
    public string Folder { get; }

    /// <summary>Its address among the nodes.</summary>
    public string Address { get; }

    /// <summary>Its network namespace, and the control group of its containers.</summary>
    public string Namespace { get; }

    /// <summary>The hardware address it keeps whenever it is started.</summary>
    public string Mac { get; }

    /// <summary>Its port at the bridge.</summary>
    public string Port { get; }

    /// <summary>Whether containers outlive the end of its engine.</summary>
    public bool IsLiveRestored { get; }

    /// <summary>The daemon's socket.</summary>
    public string Socket => Path.Combine(Folder, "swarmps.sock");

    /// <summary>The engine's socket.</summary>
    public string EngineSocket => Path.Combine(Folder, "docker.sock");

    /// <summary>The daemon's state.</summary>
    public string DataRoot => Path.Combine(Folder, "swarmps");

    /// <summary>The engine's state.</summary>
    public string EngineRoot => Path.Combine(Folder, "engine");

    /// <summary>Where a program of the node writes: <c>swarmpsd</c>, <c>dockerd</c> or <c>containerd</c>.</summary>
    public string LogOf(string program) => Path.Combine(Folder, program + ".log");
}
