using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Settings as <c>NAME=value</c> texts.</summary>
internal static class Settings
{
    /// <summary>The texts as a map; a name without <c>=</c> has an empty value.</summary>
    public static ValueMap<string> ToMap(IEnumerable<string> texts) =>
        new(texts.Select(text => text.Split('=', 2)).Select(parts => KeyValuePair.Create(Name(parts[0]), parts.Length > 1 ? parts[1] : "")));

    /// <summary>A map without some names, then with some entries.</summary>
    public static ValueMap<string> Change(ValueMap<string>? map, IReadOnlyCollection<string>? remove, IEnumerable<string>? add) =>
        new(map.OrEmpty().Where(entry => remove?.Contains(entry.Key) != true).Concat(ToMap(add ?? [])));

    /// <summary>Environment entries without some names, then with some entries; the order of the rest stays.</summary>
    public static ValueList<string> ChangeList(ValueList<string>? list, IReadOnlyCollection<string>? remove, IReadOnlyCollection<string>? add)
    {
        var gone = (remove ?? []).Concat((add ?? []).Select(NameOf)).ToHashSet(StringComparer.Ordinal);
        return list.OrEmpty().Where(entry => !gone.Contains(NameOf(entry))).Concat(add ?? []).ToValueList();
    }

    /// <summary>The part before <c>=</c>.</summary>
    public static string NameOf(string text) => text.Split('=', 2)[0];

    private static string Name(string name) =>
        name.Length > 0 ? name : throw new FormatException("A setting has no name. Write NAME=value, or a hashtable @{ NAME = 'value' }.");
}
