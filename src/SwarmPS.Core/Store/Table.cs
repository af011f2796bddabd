using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>An immutable table of objects by id, with secondary indexes. Changing it makes a new one that shares what stayed the same.</summary>
public sealed class Table<T> where T : StoreObject
{
    private readonly HashTrie<T> byId;
    private readonly HashTrie<Group>[] indexes;
    private readonly Func<T, string>[] keys;

    /// <summary>An empty table with an index for each key function; an empty key is not indexed.</summary>
    internal Table(params Func<T, string>[] keys)
        : this(HashTrie<T>.Empty, Array.ConvertAll(keys, _ => HashTrie<Group>.Empty), keys)
    {
    }

    private Table(HashTrie<T> byId, HashTrie<Group>[] indexes, Func<T, string>[] keys) =>
        (this.byId, this.indexes, this.keys) = (byId, indexes, keys);

    /// <summary>The number of objects.</summary>
    public int Count => byId.Count;

    /// <summary>All objects, in an order that their ids make: the same everywhere, and of no meaning.</summary>
    public IReadOnlyCollection<T> All => byId;

    /// <summary>The object of an id, or null.</summary>
    public T? Find(string id) => byId.Find(id);

    /// <summary>The objects under a key of an index, in no order.</summary>
    internal IReadOnlyCollection<T> Under(int index, string key) => indexes[index].Find(key)?.Members ?? HashTrie<T>.Empty;

    /// <summary>The table after those of the changes that are of its kind; fills <paramref name="seen"/> with old and new, where it is given.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="seen">Takes what changed.</param>
    /// <param name="version">The store's version with the changes.</param>
    internal Table<T> Apply(ObjectKind kind, IReadOnlyList<StoreChange> changes, List<ObjectChange>? seen, ulong version)
    {
        var objects = byId.Edit();
        var groups = Array.ConvertAll(indexes, index => new GroupEditor(index));
        foreach (var change in changes)
        {
            if (change.Kind != kind)
                continue;
            var value = (T?)change.Object;
            var old = value is null ? objects.Remove(change.Id) : objects.Put(value);
            if (old is null && value is null)
                continue;
            for (var i = 0; i < keys.Length; i++)
                groups[i].Move(old, value, keys[i]);
            seen?.Add(new ObjectChange(kind, old, value) { Version = version });
        }
        return new(objects.Done(), Array.ConvertAll(groups, group => group.Done()), keys);
    }

    /// <summary>The objects under one key.</summary>
    private sealed record Group(string Key, HashTrie<T> Members) : IKeyed;

    /// <summary>Changes of an index in the making: each group that changes is opened once.</summary>
    private sealed class GroupEditor(HashTrie<Group> index)
    {
        private readonly Dictionary<string, HashTrie<T>.Editor> open = new(StringComparer.Ordinal);

        public void Move(T? old, T? value, Func<T, string> key)
        {
            var from = old is null ? "" : key(old);
            var to = value is null ? "" : key(value);
            if (from != "" && from != to)
                Open(from).Remove(old!.Id);
            if (to != "")
                Open(to).Put(value!);
        }

        public HashTrie<Group> Done()
        {
            if (open.Count == 0)
                return index;
            var groups = index.Edit();
            foreach (var (key, members) in open)
            {
                if (members.Count == 0)
                    groups.Remove(key);
                else
                    groups.Put(new(key, members.Done()));
            }
            return groups.Done();
        }

        private HashTrie<T>.Editor Open(string key)
        {
            if (!open.TryGetValue(key, out var members))
                open[key] = members = (index.Find(key)?.Members ?? HashTrie<T>.Empty).Edit();
            return members;
        }
    }
}
