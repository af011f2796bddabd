using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>The kinds of objects that a swarm's store holds.</summary>
public enum ObjectKind
{
    /// <summary>The swarm itself: one object.</summary>
    Swarm = 1,

    /// <summary>A machine of the swarm.</summary>
    Node = 2,

    /// <summary>A service.</summary>
    Service = 3,

    /// <summary>A task of a service.</summary>
    Task = 4,

    /// <summary>A network that spans the swarm.</summary>
    Network = 5,

    /// <summary>A secret.</summary>
    Secret = 6,

    /// <summary>A config.</summary>
    Config = 7,
}

/// <summary>An object's version: an update must name the one it was made from.</summary>
/// <param name="Index">Counts the store's transactions; 0 before the first.</param>
public readonly record struct ObjectVersion(ulong Index);

/// <summary>What every object of the store has. Objects never change: a transaction puts a new one in place.</summary>
public abstract record StoreObject : IKeyed
{
    /// <summary>Names the object for good: 25 characters of base 36.</summary>
    [JsonProperty("ID", Order = -10)]
    public string Id { get; init; } = "";

    /// <summary>The transaction that last changed the object; the store sets it.</summary>
    [JsonProperty(Order = -9)]
    public ObjectVersion Version { get; init; }

    /// <summary>When the object came to be; the store sets it.</summary>
    [JsonProperty(Order = -8)]
    public Timestamp CreatedAt { get; init; }

    /// <summary>When the object last changed; the store sets it.</summary>
    [JsonProperty(Order = -7)]
    public Timestamp UpdatedAt { get; init; }

    /// <summary>The table that holds the object.</summary>
    [JsonIgnore]
    public abstract ObjectKind Kind { get; }

    string IKeyed.Key => Id;
}

/// <summary>Something that is found by a key of its own.</summary>
internal interface IKeyed
{
    string Key { get; }
}
