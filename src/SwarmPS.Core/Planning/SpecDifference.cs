using Newtonsoft.Json.Linq;
using SwarmPS.Api;

namespace SwarmPS.Planning;

/// <summary>Tells the difference of two specs, field by field, as a client sees them.</summary>
public static class SpecDifference
{
    /// <summary>The fields that differ, in the order of the spec.</summary>
    /// <param name="old">The spec as it is; null where there is none.</param>
    /// <param name="now">The spec as it will be.</param>
    public static IReadOnlyList<FieldChange> Of(object? old, object now)
    {
        List<FieldChange> changes = [];
        Compare("", old is null ? null : JToken.FromObject(old, ApiJson.Serializer), JToken.FromObject(now, ApiJson.Serializer), changes);
        return changes;
    }

    private static void Compare(string path, JToken? old, JToken? now, List<FieldChange> changes)
    {
        if (JToken.DeepEquals(old, now))
            return;
        if (old is JArray from && now is JArray to)
            changes.Add(Entries(path, from, to));
        else if (old is null or JObject && now is null or JObject && (HasFields(old) || HasFields(now)))
            CompareFields(path, old as JObject, now as JObject, changes);
        else
            changes.Add(new(path, old, now));
    }

    private static void CompareFields(string path, JObject? old, JObject? now, List<FieldChange> changes)
    {
        var names = (now?.Properties() ?? []).Concat(old?.Properties() ?? []).Select(field => field.Name).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
            Compare(Below(path, name), old?[name], now?[name], changes);
    }

    /// <summary>What goes of a list, and what comes; all of it where only the order differs.</summary>
    private static FieldChange Entries(string path, JArray old, JArray now)
    {
        var (gone, come) = (Without(old, now), Without(now, old));
        return gone.Count + come.Count == 0 ? new(path, old, now) : new(path, gone.Count > 0 ? gone : null, come.Count > 0 ? come : null);
    }

    private static JArray Without(JArray list, JArray other)
    {
        var left = other.ToList();
        return new(list.Where(entry =>
        {
            var at = left.FindIndex(known => JToken.DeepEquals(known, entry));
            if (at >= 0)
                left.RemoveAt(at);
            return at < 0;
        }));
    }

    private static bool HasFields(JToken? value) => value is JObject { Count: > 0 };

    /// <summary>Names that users make up, as those of labels, may have dots themselves.</summary>
    private static string Below(string path, string name) => name.All(char.IsLetterOrDigit)
        ? path.Length == 0 ? name : $"{path}.{name}"
        : $"{path}['{name}']";
}
