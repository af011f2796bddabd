using System.Collections;
using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>
/// An immutable set of values by their keys, in which a change shares all but a few nodes with what was before. It is a trie of the
/// keys' hashes, 32 branches a node. The order of its values depends on their keys alone, so it is the same on every manager.
/// </summary>
internal sealed class HashTrie<T> : IReadOnlyCollection<T> where T : class, IKeyed
{
    public static readonly HashTrie<T> Empty = new(TrieNode.Empty, 0);

    private readonly TrieNode root;

    private HashTrie(TrieNode root, int count) => (this.root, Count) = (root, count);

    /// <summary>The number of values.</summary>
    public int Count { get; }

    /// <summary>The value of a key, or null.</summary>
    public T? Find(string key) => (T?)root.Find(key);

    public IEnumerator<T> GetEnumerator() => root.Values<T>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Changes of this set in the making.</summary>
    public Editor Edit() => new(this);

    /// <summary>Makes many changes at once: a node is copied once, however often it changes.</summary>
    public sealed class Editor(HashTrie<T> start)
    {
        private readonly object owner = new();
        private TrieNode root = start.root;

        public int Count { get; private set; } = start.Count;

        public T? Find(string key) => (T?)root.Find(key);

        /// <summary>Puts a value in place, and gives what stood there.</summary>
        public T? Put(T value)
        {
            root = root.Put(owner, value, TrieNode.HashOf(value.Key), 0, out var old);
            Count += old is null ? 1 : 0;
            return (T?)old;
        }

        /// <summary>Takes a value away, and gives it.</summary>
        public T? Remove(string key)
        {
            root = root.Remove(owner, key, TrieNode.HashOf(key), 0, out var old);
            Count -= old is null ? 0 : 1;
            return (T?)old;
        }

        /// <summary>The set as it is now. The editor is not to be used any more.</summary>
        public HashTrie<T> Done() => Count == 0 ? Empty : new(root, Count);
    }
}
