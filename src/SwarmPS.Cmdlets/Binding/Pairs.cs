using System.Collections;
using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Names with values: a hashtable, or texts as <c>NAME=value</c>.</summary>
internal static class Pairs
{
    /// <summary>The texts <c>NAME=value</c> of what a user wrote. A text without <c>=</c> stays as it is.</summary>
    public static IEnumerable<string> Of(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            null => [],
            string text => [text],
            IDictionary map => map.Cast<DictionaryEntry>().Select(entry => $"{Text(entry.Key)}={Text(entry.Value)}").Order(StringComparer.Ordinal),
            IEnumerable many => many.Cast<object?>().SelectMany(Of),
            _ => [Text(value)],
        };
    }

    /// <summary>Name and value; no value where there is no <c>=</c>.</summary>
    public static (string Name, string? Value) Split(string pair)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? (pair, null) : (pair[..at], pair[(at + 1)..]);
    }

    /// <summary>A map of pairs; what has no value gets an empty one, as docker has it for labels.</summary>
    public static ValueMap<string> ToMap(IEnumerable<string> pairs) =>
        new(pairs.Select(Split).Select(pair => new KeyValuePair<string, string>(pair.Name, pair.Value ?? "")));

    private static string Text(object? value) => value is null ? "" : LanguagePrimitives.ConvertTo<string>(value);
}
