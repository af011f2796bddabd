using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>A node of the swarm.</summary>
public sealed record SwarmNodeView
{
    /// <summary>The node's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The machine's name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Whether it is heard from.</summary>
    public NodeState State { get; init; }

    /// <summary>Why, where that helps.</summary>
    public string Message { get; init; } = "";

    /// <summary>Whether tasks may be placed there.</summary>
    public NodeAvailability Availability { get; init; }

    /// <summary>Worker or manager.</summary>
    public NodeRole Role { get; init; }

    /// <summary>Leader, Reachable or Unreachable for a manager; empty for a worker.</summary>
    public string ManagerStatus { get; init; } = "";

    /// <summary>Where it speaks from.</summary>
    public string Address { get; init; } = "";

    /// <summary>The container engine's version.</summary>
    public string EngineVersion { get; init; } = "";

    /// <summary>Its labels.</summary>
    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>Processors.</summary>
    public double Cpus { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Its version: counts changes.</summary>
    public ulong Version { get; init; }

    internal static SwarmNodeView Of(Node node) => new()
    {
        Id = node.Id,
        Hostname = node.Description?.Hostname ?? "",
        State = node.Status.State,
        Message = node.Status.Message ?? "",
        Availability = node.Spec.Availability ?? NodeAvailability.Active,
        Role = node.Spec.Role ?? NodeRole.Worker,
        ManagerStatus = node.ManagerStatus is { } manager ? manager.Leader == true ? "Leader" : manager.Reachability.ToString() : "",
        Address = node.Status.Addr ?? "",
        EngineVersion = node.Description?.Engine?.EngineVersion ?? "",
        Labels = node.Spec.Labels.OrEmpty(),
        Cpus = (node.Description?.Resources?.NanoCPUs ?? 0) / 1e9,
        MemoryBytes = node.Description?.Resources?.MemoryBytes ?? 0,
        Version = node.Version.Index,
    };
}
