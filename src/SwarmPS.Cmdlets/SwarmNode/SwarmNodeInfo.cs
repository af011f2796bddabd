using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>A node of the swarm.</summary>
public sealed record SwarmNodeInfo
{
    internal SwarmNodeInfo(Node node, bool isSelf)
    {
        Id = node.Id;
        Hostname = node.Description?.Hostname ?? "";
        Status = node.Status.State;
        Message = node.Status.Message ?? "";
        Availability = node.Spec.Availability ?? NodeAvailability.Active;
        Role = node.Spec.Role ?? NodeRole.Worker;
        IsSelf = isSelf;
        IsLeader = node.ManagerStatus?.Leader == true;
        Manager = ManagerWord(node.ManagerStatus);
        ManagerAddress = node.ManagerStatus?.Addr ?? "";
        Address = node.Status.Addr ?? "";
        EngineVersion = node.Description?.Engine?.EngineVersion ?? "";
        Platform = node.Description?.Platform is { } platform ? $"{platform.OS}/{platform.Architecture}" : "";
        Cpus = (node.Description?.Resources?.NanoCPUs ?? 0) / 1e9m;
        MemoryBytes = node.Description?.Resources?.MemoryBytes ?? 0;
        Labels = Dictionaries.Of(node.Spec.Labels);
        CreatedAt = node.CreatedAt.ToLocalTime();
        UpdatedAt = node.UpdatedAt.ToLocalTime();
        Version = node.Version.Index;
        Spec = node.Spec;
    }

    /// <summary>The node's id.</summary>
    public string Id { get; }

    /// <summary>The machine's name.</summary>
    public string Hostname { get; }

    /// <summary>Whether it is heard from.</summary>
    public NodeState Status { get; }

    /// <summary>Why, where that helps.</summary>
    public string Message { get; }

    /// <summary>Whether tasks may be placed there.</summary>
    public NodeAvailability Availability { get; }

    /// <summary>Worker or manager.</summary>
    public NodeRole Role { get; }

    /// <summary>Whether it is the node of this session's daemon.</summary>
    public bool IsSelf { get; }

    /// <summary>Whether it leads the managers.</summary>
    public bool IsLeader { get; }

    /// <summary>Its part in the managers' quorum: Leader, Reachable, Unreachable; empty on a worker.</summary>
    public string Manager { get; }

    /// <summary>Where managers reach it.</summary>
    public string ManagerAddress { get; }

    /// <summary>The address it speaks from.</summary>
    public string Address { get; }

    /// <summary>The engine's version.</summary>
    public string EngineVersion { get; }

    /// <summary>Operating system and architecture.</summary>
    public string Platform { get; }

    /// <summary>Processors.</summary>
    public decimal Cpus { get; }

    /// <summary>Memory in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary>Memory for a reader.</summary>
    public string Memory => ByteSizes.Format(MemoryBytes);

    /// <summary>Labels that constraints and preferences look at.</summary>
    public IDictionary<string, string> Labels { get; }

    /// <summary>When it joined.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>When it last changed.</summary>
    public DateTime UpdatedAt { get; }

    /// <summary>Counts its changes.</summary>
    public ulong Version { get; }

    /// <summary>What is wanted of it, as the Engine API has it.</summary>
    public NodeSpec Spec { get; }

    /// <summary>The id as tables show it: its first 12 characters, with a star for the node that answers.</summary>
    public string DisplayId => IsSelf ? $"{ShortId} *" : ShortId;

    private string ShortId => Id[..Math.Min(12, Id.Length)];

    private static string ManagerWord(ManagerStatus? status) => status switch
    {
        null => "",
        { Leader: true } => "Leader",
        _ => status.Reachability.ToString(),
    };
}
