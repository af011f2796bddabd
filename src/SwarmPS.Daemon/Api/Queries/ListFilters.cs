using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>The <c>filters</c> of a list: values of one name are alternatives (labels: all must hold), different names must all fit.</summary>
internal sealed class ListFilters
{
    /// <summary>No filters.</summary>
    public static readonly ListFilters None = new([]);

    private readonly Dictionary<string, string[]> values;

    private ListFilters(Dictionary<string, string[]> values) => this.values = values;

    /// <summary>Names given.</summary>
    public IReadOnlyCollection<string> Names => values.Keys;

    /// <summary>
    /// Reads <c>{"name":{"web":true}}</c> or the older <c>{"name":["web"]}</c>. Throws <see cref="SwarmException"/> for a name that is
    /// not among <paramref name="accepted"/>; with none named, any will do.
    /// </summary>
    public static ListFilters Parse(string? json, params string[] accepted)
    {
        if (string.IsNullOrEmpty(json))
            return None;
        var given = Read(json).Properties()
            .ToDictionary(property => property.Name, property => ValuesOf(property.Value), StringComparer.Ordinal);
        if (accepted.Length > 0 && given.Keys.FirstOrDefault(name => !accepted.Contains(name)) is { } unknown)
            throw SwarmException.Invalid($"invalid filter '{unknown}': known are {string.Join(", ", accepted.Where(name => name[0] != '_'))}");
        return new(given);
    }

    /// <summary>The filters as given; an empty object where there are none. Throws <see cref="SwarmException"/> for what is no object.</summary>
    public static JObject Read(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return [];
        try
        {
            return ApiJson.Read<JObject>(json);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidCastException)
        {
            throw Invalid(wrong.Message);
        }
    }

    /// <summary>The values of one filter, an object's names or a list. Throws <see cref="SwarmException"/> for anything else.</summary>
    public static string[] ValuesOf(JToken? value) => value switch
    {
        null => [],
        JObject set => [.. set.Properties().Select(property => property.Name)],
        JArray items when items.All(item => item is JValue) => [.. items.Select(item => (string?)item ?? "")],
        _ => throw Invalid($"'{value.Path}' is neither an object nor a list of texts."),
    };

    /// <summary>The values given for a name.</summary>
    public IReadOnlyList<string> Of(string name) => values.GetValueOrDefault(name) ?? [];

    /// <summary>Whether a value begins as one of the filter's does; true where there is no such filter.</summary>
    public bool Begins(string name, string? value) =>
        !values.TryGetValue(name, out var wanted) || wanted.Any(prefix => value?.StartsWith(prefix, StringComparison.Ordinal) == true);

    /// <summary>Whether a value is one of the filter's; true where there is no such filter.</summary>
    public bool Is(string name, string? value) => !values.TryGetValue(name, out var wanted) || wanted.Contains(value);

    /// <summary>Whether labels have all of the filter's, each <c>key</c> or <c>key=value</c>.</summary>
    public bool HasLabels(string name, ValueMap<string>? labels) =>
        !values.TryGetValue(name, out var wanted) || wanted.All(label => HasLabel(label, labels));

    /// <summary>The filter's values as words of an enumeration. Throws <see cref="SwarmException"/> for one that is none.</summary>
    public IReadOnlyList<T> Words<T>(string name) where T : struct, Enum => Of(name).Select(word =>
        ApiEnumConverter.TryParse<T>(word, out var value)
            ? value
            : throw SwarmException.Invalid($"invalid {name} filter '{word}': it is one of {ApiEnumConverter.Choices(typeof(T))}")).ToList();

    private static bool HasLabel(string wanted, ValueMap<string>? labels)
    {
        var equals = wanted.IndexOf('=', StringComparison.Ordinal);
        return labels is not null && labels.TryGetValue(equals < 0 ? wanted : wanted[..equals], out var value) && (equals < 0 || value == wanted[(equals + 1)..]);
    }

    private static SwarmException Invalid(string why) =>
        SwarmException.Invalid($"invalid filters: {why} Write JSON as {{\"name\":{{\"web\":true}}}}");
}
