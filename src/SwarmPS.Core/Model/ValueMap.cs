using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SwarmPS.Model;

/// <summary>An immutable map from text (case matters) that compares by its entries and lists them in the order of their keys.</summary>
public sealed class ValueMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ValueMap<TValue>>
{
    /// <summary>The map without entries.</summary>
    public static readonly ValueMap<TValue> Empty = new([]);

    private readonly SortedList<string, TValue> entries;

    /// <summary>Copies <paramref name="entries"/>; of two entries with one key the later stands.</summary>
    public ValueMap(IEnumerable<KeyValuePair<string, TValue>> entries)
    {
        this.entries = new SortedList<string, TValue>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            this.entries[key] = value;
    }

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => entries.Keys;

    /// <inheritdoc/>
    public IEnumerable<TValue> Values => entries.Values;

    /// <inheritdoc/>
    public TValue this[string key] => entries[key];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => entries.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value) => entries.TryGetValue(key, out value);

    /// <summary>The value of <paramref name="key"/>, or the default where there is none.</summary>
    public TValue? Find(string key) => entries.TryGetValue(key, out var value) ? value : default;

    /// <summary>This map with one entry set.</summary>
    public ValueMap<TValue> With(string key, TValue value) => new(entries.Append(new(key, value)));

    /// <summary>This map without one entry.</summary>
    public ValueMap<TValue> Without(string key) => new(entries.Where(entry => entry.Key != key));

    /// <inheritdoc/>
    public bool Equals(ValueMap<TValue>? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Count != other.Count)
            return false;
        for (var i = 0; i < Count; i++)
        {
            if (entries.Keys[i] != other.entries.Keys[i] ||
                !EqualityComparer<TValue>.Default.Equals(entries.Values[i], other.entries.Values[i]))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueMap<TValue>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in entries)
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => entries.GetEnumerator();
}

/// <summary>Small steps on maps.</summary>
public static class ValueMap
{
    /// <summary>The map, or an empty one where there is none.</summary>
    public static ValueMap<TValue> OrEmpty<TValue>(this ValueMap<TValue>? map) => map ?? ValueMap<TValue>.Empty;
}
