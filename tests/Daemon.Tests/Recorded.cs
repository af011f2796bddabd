using System.Collections;

namespace SwarmPS.Daemon.Tests;

/// <summary>What a fake was asked, in order. Threads of the product add to it while the test reads: who goes through it sees it as it was when they began.</summary>
internal sealed class Recorded<T> : IReadOnlyList<T>
{
    private readonly Lock gate = new();
    private readonly List<T> items = [];
    private TaskCompletionSource added = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
        {
            items.Add(item);
            added.TrySetResult();
            added = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until there are so many, and gives all.</summary>
    public async Task<IReadOnlyList<T>> AwaitAsync(int count)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (items.Count >= count)
                    return [.. items];
                next = added.Task;
            }
            await next.WaitAsync(TimeSpan.FromSeconds(20));
        }
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
