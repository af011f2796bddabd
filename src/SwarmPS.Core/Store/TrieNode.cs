using System.Numerics;
using System.Runtime.InteropServices;
using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>
/// A node of a <see cref="HashTrie{T}"/>. Some bits of the hash choose a slot, which has a value or a further node; only slots in use are
/// kept. Below the last bits, where hashes are equal, all slots are searched. A node is changed in place by its owner alone.
/// </summary>
internal sealed class TrieNode(object? owner, uint used, object[] slots)
{
    private const int Bits = 5;
    private const int Mask = (1 << Bits) - 1;
    private const int HashBits = 32;

    public static readonly TrieNode Empty = new(null, 0, []);

    private readonly object? owner = owner;
    private uint used = used;
    private object[] slots = slots;

    public object? Find(string key)
    {
        var hash = HashOf(key);
        var node = this;
        for (var shift = 0; shift < HashBits; shift += Bits)
        {
            var bit = BitOf(hash, shift);
            if ((node.used & bit) == 0)
                return null;
            var slot = node.slots[node.PlaceOf(bit)];
            if (slot is not TrieNode next)
                return Is(slot, key) ? slot : null;
            node = next;
        }
        return Array.Find(node.slots, slot => Is(slot, key));
    }

    public IEnumerable<T> Values<T>()
    {
        var path = new (object[] Slots, int Next)[(HashBits / Bits) + 2];
        path[0] = (slots, 0);
        for (var depth = 0; depth >= 0;)
        {
            var (here, next) = path[depth];
            if (next == here.Length)
            {
                depth--;
                continue;
            }
            path[depth].Next++;
            if (here[next] is TrieNode node)
                path[++depth] = (node.slots, 0);
            else
                yield return (T)here[next];
        }
    }

    public TrieNode Put(object by, IKeyed value, uint hash, int shift, out object? old)
    {
        old = null;
        var bit = BitOf(hash, shift);
        var place = PlaceFor(value.Key, bit, shift);
        if (place < 0)
            return WithSlots(by, used | bit, Inserted(~place, value));
        if (slots[place] is TrieNode node)
            return With(by, place, node.Put(by, value, hash, shift + Bits, out old));
        var known = (IKeyed)slots[place];
        if (known.Key == value.Key)
        {
            old = known;
            return With(by, place, value);
        }
        var both = new TrieNode(by, 0, []).Put(by, known, HashOf(known.Key), shift + Bits, out _);
        return With(by, place, both.Put(by, value, hash, shift + Bits, out _));
    }

    public TrieNode Remove(object by, string key, uint hash, int shift, out object? old)
    {
        old = null;
        var bit = BitOf(hash, shift);
        var place = PlaceFor(key, bit, shift);
        if (place < 0)
            return this;
        if (slots[place] is TrieNode node)
        {
            var rest = node.Remove(by, key, hash, shift + Bits, out old);
            // A value that is left alone moves up, so that the shape depends on the keys alone.
            return old is null ? this : With(by, place, rest.slots is [not TrieNode] ? rest.slots[0] : rest);
        }
        if (!Is(slots[place], key))
            return this;
        old = slots[place];
        return WithSlots(by, shift < HashBits ? used & ~bit : used, [.. slots.AsSpan(0, place), .. slots.AsSpan(place + 1)]);
    }

    /// <summary>The slot that a key has to be in; where there is none, the complement of the place for one.</summary>
    private int PlaceFor(string key, uint bit, int shift)
    {
        if (shift < HashBits)
            return (used & bit) != 0 ? PlaceOf(bit) : ~PlaceOf(bit);
        var at = Array.FindIndex(slots, slot => string.CompareOrdinal(((IKeyed)slot).Key, key) >= 0);
        return at < 0 ? ~slots.Length : Is(slots[at], key) ? at : ~at;
    }

    private TrieNode With(object by, int place, object slot)
    {
        var node = owner == by ? this : new TrieNode(by, used, slots.AsSpan().ToArray());
        node.slots[place] = slot;
        return node;
    }

    private TrieNode WithSlots(object by, uint newUsed, object[] newSlots)
    {
        if (owner != by)
            return new(by, newUsed, newSlots);
        (used, slots) = (newUsed, newSlots);
        return this;
    }

    private object[] Inserted(int place, object slot)
    {
        var longer = new object[slots.Length + 1];
        slots.AsSpan(0, place).CopyTo(longer);
        longer[place] = slot;
        slots.AsSpan(place).CopyTo(longer.AsSpan(place + 1));
        return longer;
    }

    private int PlaceOf(uint bit) => BitOperations.PopCount(used & (bit - 1));

    private static uint BitOf(uint hash, int shift) => shift < HashBits ? 1u << (int)((hash >> shift) & Mask) : 0;

    private static bool Is(object slot, string key) => ((IKeyed)slot).Key == key;

    /// <summary>A hash of its own: that of <see cref="string"/> differs from process to process.</summary>
    internal static uint HashOf(string key)
    {
        const ulong Factor = 0x9E37_79B9_7F4A_7C15;
        var hash = (ulong)key.Length * Factor;
        var bytes = MemoryMarshal.AsBytes(key.AsSpan());
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = (BitOperations.RotateLeft(hash, 29) ^ MemoryMarshal.Read<ulong>(bytes)) * Factor;
        for (; bytes.Length > 0; bytes = bytes[sizeof(char)..])
            hash = (BitOperations.RotateLeft(hash, 29) ^ MemoryMarshal.Read<char>(bytes)) * Factor;
        return (uint)(hash >> 32) ^ (uint)hash;
    }
}
