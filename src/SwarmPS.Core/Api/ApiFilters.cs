using Newtonsoft.Json;

namespace SwarmPS.Api;

/// <summary>Filters of a list: values of one name are alternatives (labels: all), different names all have to fit.</summary>
public sealed class ApiFilters
{
    private readonly SortedDictionary<string, SortedDictionary<string, bool>> values = new(StringComparer.Ordinal);

    /// <summary>Adds a value.</summary>
    public ApiFilters Add(string name, string value)
    {
        if (!values.TryGetValue(name, out var set))
            values[name] = set = new(StringComparer.Ordinal);
        set[value] = true;
        return this;
    }

    /// <summary>The JSON of the <c>filters</c> parameter; null where there are none.</summary>
    public string? ToJson() => values.Count == 0 ? null : JsonConvert.SerializeObject(values);
}
