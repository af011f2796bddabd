using System.Collections;
using System.Runtime.CompilerServices;

namespace SwarmPS.Model;

/// <summary>An immutable list that compares by its elements, so that records made of it compare by value.</summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    /// <summary>The list without elements.</summary>
    public static readonly ValueList<T> Empty = new([]);

    private readonly T[] items;

    /// <summary>Copies <paramref name="items"/>.</summary>
    public ValueList(IEnumerable<T> items) => this.items = items.ToArray();

    internal ValueList(ReadOnlySpan<T> items) => this.items = items.ToArray();

    /// <summary>The number of elements.</summary>
    public int Count => items.Length;

    /// <summary>The element at <paramref name="index"/>, counted from 0.</summary>
    public T this[int index] => items[index];

    /// <summary>The elements without a copy.</summary>
    public ReadOnlySpan<T> AsSpan() => items;

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && items.AsSpan().SequenceEqual(other.items, EqualityComparer<T>.Default));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

/// <summary>Makes <see cref="ValueList{T}"/>s, from collection expressions too.</summary>
public static class ValueList
{
    /// <summary>A list of the given elements.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ValueList<T>.Empty : new(items);

    /// <summary>A list of the elements of a sequence.</summary>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => items as ValueList<T> ?? new(items);

    /// <summary>The elements, or none where there is no list.</summary>
    public static ValueList<T> OrEmpty<T>(this ValueList<T>? list) => list ?? ValueList<T>.Empty;
}
