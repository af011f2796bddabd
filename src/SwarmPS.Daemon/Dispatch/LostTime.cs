namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// Time that this process did not get: it was to wake and did not, because the machine was starved or stood still, or the clock was set.
/// What was not heard in it says nothing about those who were to be heard.
/// </summary>
internal sealed class LostTime
{
    /// <summary>Waking so much too late is as it always is.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(250);

    /// <summary>Spans that are kept; whoever is late more often than that within a node's patience loses the oldest.</summary>
    private const int SpansMax = 64;

    private readonly Lock gate = new();
    private readonly Queue<(DateTimeOffset From, DateTimeOffset To)> spans = [];

    /// <summary>Notes when it was to wake and when it did; gives the time lost between, zero where it was about in time.</summary>
    public TimeSpan Woke(DateTimeOffset planned, DateTimeOffset now)
    {
        if (now - planned <= Tolerance)
            return TimeSpan.Zero;
        lock (gate)
        {
            spans.Enqueue((planned, now));
            if (spans.Count > SpansMax)
                spans.Dequeue();
        }
        return now - planned;
    }

    /// <summary>How much of the time since then was lost.</summary>
    public TimeSpan Since(DateTimeOffset then)
    {
        var sum = TimeSpan.Zero;
        lock (gate)
        {
            foreach (var (from, to) in spans)
            {
                var begin = from > then ? from : then;
                if (to > begin)
                    sum += to - begin;
            }
        }
        return sum;
    }
}
