using SwarmPS.Model;

namespace SwarmPS.Daemon.Leader;

/// <summary>What is due when. Each subject has one time, the last that was set.</summary>
internal sealed class WakeUps
{
    private readonly PriorityQueue<Subject, long> queue = new();
    private readonly Dictionary<Subject, long> due = [];

    /// <summary>What a time is for: a service, a node, or (without an id) the scheduler.</summary>
    internal readonly record struct Subject(ObjectKind Kind, string Id);

    /// <summary>The next time, or null. It may be one that was taken back; looking then finds nothing to do.</summary>
    public Timestamp? Next => queue.TryPeek(out _, out var time) ? new(time) : null;

    public void Set(Subject subject, Timestamp? time)
    {
        if (time is not { } at)
            due.Remove(subject);
        else if (!due.TryGetValue(subject, out var known) || known != at.Nanoseconds)
        {
            due[subject] = at.Nanoseconds;
            queue.Enqueue(subject, at.Nanoseconds);
        }
    }

    /// <summary>Takes what is due.</summary>
    public IEnumerable<Subject> Take(Timestamp now)
    {
        while (queue.TryPeek(out var subject, out var time) && time <= now.Nanoseconds)
        {
            queue.Dequeue();
            if (due.TryGetValue(subject, out var at) && at == time)
            {
                due.Remove(subject);
                yield return subject;
            }
        }
    }

    public void Clear()
    {
        queue.Clear();
        due.Clear();
    }
}
