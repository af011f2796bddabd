using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>An immutable table of objects by id, with secondary indexes. Changing it makes a new one that shares what stayed the same.</summary>
public sealed class Table<T> where T : StoreObject
{
    private static readonly ImmutableDictionary<string, T> None = ImmutableDictionary.Create<string, T>(StringComparer.Ordinal);

    private readonly ImmutableDictionary<string, T> byId;
    private readonly ImmutableDictionary<string, ImmutableDictionary<string, T>>[] indexes;
    private readonly Func<T, string>[] keys;

    /// <summary>An empty table with an index for each key function; an empty key is not indexed.</summary>
    internal Table(params Func<T, string>[] keys)
        : this(None, keys.Select(_ => ImmutableDictionary.Create<string, ImmutableDictionary<string, T>>(StringComparer.Ordinal)).ToArray(), keys)
    {
    }

    private Table(ImmutableDictionary<string, T> byId, ImmutableDictionary<string, ImmutableDictionary<string, T>>[] indexes, Func<T, string>[] keys)
    {
        this.byId = byId;
        this.indexes = indexes;
        this.keys = keys;
    }

    /// <summary>The number of objects.</summary>
    public int Count => byId.Count;

    /// <summary>All objects, in no order.</summary>
    public IEnumerable<T> All => byId.Values;

    /// <summary>The object of an id, or null.</summary>
    public T? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The objects under a key of an index, in no order.</summary>
    internal IReadOnlyCollection<T> Under(int index, string key) =>
        indexes[index].TryGetValue(key, out var found) ? new Values(found) : [];

    /// <summary>A table of these objects with the indexes of this one: the quick way to a large table.</summary>
    internal Table<T> Of(IReadOnlyCollection<T> objects) => new(
        None.AddRange(objects.Select(value => KeyValuePair.Create(value.Id, value))),
        Array.ConvertAll(keys, key => ImmutableDictionary.CreateRange(
            StringComparer.Ordinal,
            objects.GroupBy(key, StringComparer.Ordinal).Where(group => group.Key != "").Select(group =>
                KeyValuePair.Create(group.Key, None.AddRange(group.Select(value => KeyValuePair.Create(value.Id, value))))))),
        keys);

    /// <summary>The table after <paramref name="changes"/>; fills <paramref name="seen"/> with old and new, where it is given.</summary>
    internal Table<T> Apply(IEnumerable<StoreChange> changes, List<ObjectChange>? seen)
    {
        var objects = byId.ToBuilder();
        var builders = Array.ConvertAll(indexes, index => index.ToBuilder());
        foreach (var change in changes)
        {
            var old = objects.GetValueOrDefault(change.Id);
            var value = (T?)change.Object;
            if (old is null && value is null)
                continue;
            if (value is null)
                objects.Remove(change.Id);
            else
                objects[change.Id] = value;
            for (var i = 0; i < keys.Length; i++)
                Reindex(builders[i], keys[i], old, value);
            seen?.Add(new ObjectChange(change.Kind, old, value));
        }
        return new(objects.ToImmutable(), Array.ConvertAll(builders, builder => builder.ToImmutable()), keys);
    }

    private static void Reindex(ImmutableDictionary<string, ImmutableDictionary<string, T>>.Builder index, Func<T, string> key, T? old, T? value)
    {
        var from = old is null ? "" : key(old);
        var to = value is null ? "" : key(value);
        if (from != "" && from != to)
        {
            var rest = index[from].Remove(old!.Id);
            if (rest.IsEmpty)
                index.Remove(from);
            else
                index[from] = rest;
        }
        if (to != "")
            index[to] = (index.GetValueOrDefault(to) ?? None).SetItem(value!.Id, value);
    }

    /// <summary>A dictionary's values with their count.</summary>
    private sealed class Values(ImmutableDictionary<string, T> objects) : IReadOnlyCollection<T>
    {
        public int Count => objects.Count;

        public IEnumerator<T> GetEnumerator() => objects.Values.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
