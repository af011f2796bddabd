using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmEvent;

/// <summary>Something that happened in the swarm.</summary>
public sealed record SwarmEventInfo
{
    internal SwarmEventInfo(EventAnswer seen)
    {
        (Type, Action, Id, Index) = (seen.Type, seen.Action, seen.Actor.Id, seen.Index ?? "");
        Time = new Timestamp(seen.TimeNano).ToLocalTime();
        Attributes = (seen.Actor.Attributes ?? ValueMap<string>.Empty).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        Name = Attributes.GetValueOrDefault("name", "");
        Changes = string.Join(", ", Attributes.Where(pair => pair.Key.EndsWith(".new", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(Change));
    }

    /// <summary>When it happened.</summary>
    public DateTime Time { get; }

    /// <summary>The kind of object: <c>service</c>, <c>task</c>, <c>node</c>, <c>network</c>, <c>secret</c> or <c>config</c>.</summary>
    public string Type { get; }

    /// <summary>What happened: <c>create</c>, <c>update</c> or <c>remove</c>.</summary>
    public string Action { get; }

    /// <summary>The object's name.</summary>
    public string Name { get; }

    /// <summary>The object's id.</summary>
    public string Id { get; }

    /// <summary>What of it changed, as <c>state starting → running</c>.</summary>
    public string Changes { get; }

    /// <summary>All that the event tells of the object.</summary>
    public Dictionary<string, string> Attributes { get; }

    /// <summary>The event's place among all, the same on every manager: <c>Watch-Swarm -After</c> goes on after it.</summary>
    public string Index { get; }

    /// <summary>The event in a line.</summary>
    public override string ToString() => $"{Time:O} {Type} {Action} {Name} {Changes}".TrimEnd();

    private string Change(KeyValuePair<string, string> now)
    {
        var what = now.Key[..^".new".Length];
        return Attributes.GetValueOrDefault(what + ".old", "") is { Length: > 0 } before ? $"{what} {before} → {now.Value}" : $"{what} → {now.Value}";
    }
}
