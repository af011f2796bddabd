using System.Collections;

namespace SwarmPS.Daemon.Tests;

/// <summary>What a fake was asked, in order. Threads of the product add to it while the test reads: who goes through it sees it as it was when they began.</summary>
internal sealed class Recorded<T> : IReadOnlyList<T>
{
    private readonly Lock gate = new();
    private readonly List<T> items = [];

    public int Count
    {
        get
        {
            lock (gate)
                return items.Count;
        }
    }

    public T this[int index]
    {
        get
        {
            lock (gate)
                return items[index];
        }
    }

    public void Add(T item)
    {
        lock (gate)
            items.Add(item);
    }

    public void Clear()
    {
        lock (gate)
            items.Clear();
    }

    public IEnumerator<T> GetEnumerator()
    {
        List<T> copy;
        lock (gate)
            copy = [.. items];
        return copy.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
