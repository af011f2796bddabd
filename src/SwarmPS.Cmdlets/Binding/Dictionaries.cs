using System.Collections.ObjectModel;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Maps as PowerShell likes them: <c>$service.Labels.team</c> works on an IDictionary.</summary>
internal static class Dictionaries
{
    /// <summary>A read-only dictionary of a map; an empty one where there is none.</summary>
    public static IDictionary<string, string> Of(ValueMap<string>? map) =>
        new ReadOnlyDictionary<string, string>(new SortedDictionary<string, string>(
            (map ?? ValueMap<string>.Empty).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>A map without some names, and with some pairs.</summary>
    public static ValueMap<string>? Amend(ValueMap<string>? map, string[]? add, string[]? remove)
    {
        if (add is null && remove is null)
            return map;
        var kept = (map ?? ValueMap<string>.Empty).Where(entry => !(remove ?? []).Contains(entry.Key, StringComparer.Ordinal));
        return new(kept.Concat(Pairs.ToMap(add ?? [])));
    }
}
