using System.Runtime.CompilerServices;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>One client's place in the events.</summary>
internal sealed class SwarmEventReader(SwarmEventLog log, int begin, long place, EventIndex? last)
{
    private long next = place;

    /// <summary>What is kept now, without waiting.</summary>
    public IReadOnlyList<SwarmEvent> Present()
    {
        (var events, next, _) = log.Read(begin, next, last);
        return events;
    }

    /// <summary>Events as they come.</summary>
    public async IAsyncEnumerable<SwarmEvent> FollowAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            (var events, next, var more) = log.Read(begin, next, last);
            foreach (var seen in events)
            {
                // An event that this client had from a manager that was ahead of this one.
                if (last is { } had && seen.Index.CompareTo(had) <= 0)
                    continue;
                yield return seen;
                last = seen.Index;
            }
            if (events.Count == 0)
                await more.WaitAsync(stop).ConfigureAwait(false);
        }
    }
}

/// <summary>
/// The swarm's last events, made of the change feed, so that a client can ask for those it missed. Every manager makes the same ones,
/// with the same indexes, of the same log: a client can go on with another manager.
/// </summary>
internal sealed class SwarmEventLog
{
    /// <summary>Events that are kept.</summary>
    public const int KeptMax = 8192;

    private readonly SwarmStore store;
    private readonly TimeProvider clock;
    private readonly PassOver? passOver;
    private readonly ChangeSubscription feed;
    private readonly Lock gate = new();
    private readonly SwarmEvent[] kept = new SwarmEvent[KeptMax];
    private long total;
    private int begun;
    private EventIndex since = new(ulong.MaxValue, 0);
    private TaskCompletionSource changed = NewSignal();

    /// <summary>A log of what happens from now on; it must be run, or what it has not looked at piles up.</summary>
    /// <param name="store">The store.</param>
    /// <param name="clock">The time.</param>
    /// <param name="passOver">Hears of objects that could not be told of; null where that should end the log.</param>
    public SwarmEventLog(SwarmStore store, TimeProvider clock, PassOver? passOver = null)
    {
        (this.store, this.clock, this.passOver) = (store, clock, passOver);
        feed = store.Feed.Subscribe(ObjectKind.Service, ObjectKind.Node, ObjectKind.Task, ObjectKind.Network, ObjectKind.Secret, ObjectKind.Config);
        CatchUp();
    }

    /// <summary>Keeps events until stopped. Runs once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var subscribed = feed;
        while (true)
        {
            await feed.WaitAsync(stop).ConfigureAwait(false);
            CatchUp();
        }
    }

    /// <summary>
    /// Events from a place on: those that are kept, then those to come. Throws <see cref="SwarmException"/>, FailedPrecondition, where
    /// events are wanted that are not kept any more, also where the reader is too slow.
    /// </summary>
    /// <param name="after">After the event of this index; from now on, or from <paramref name="from"/> on, where it is null.</param>
    /// <param name="from">As far back as this, as far as events are kept.</param>
    public SwarmEventReader Open(EventIndex? after, Timestamp? from)
    {
        // Whoever has changed something finds it here.
        CatchUp();
        lock (gate)
        {
            if (after is { } last)
            {
                if (last.CompareTo(Oldest) < 0)
                    throw Lost(last);
                return new(this, begun, First(seen => seen.Index.CompareTo(last) > 0), last);
            }
            return new(this, begun, from is { } time ? First(seen => seen.TimeNano >= time.Nanoseconds) : total, null);
        }
    }

    /// <summary>The events from a place in the log on, and what ends when there are more.</summary>
    internal (List<SwarmEvent> Events, long Next, Task More) Read(int begin, long place, EventIndex? last)
    {
        lock (gate)
        {
            if (begin != begun || place < total - KeptMax)
                throw Lost(last ?? Oldest);
            var events = new List<SwarmEvent>((int)(total - place));
            for (var i = place; i < total; i++)
                events.Add(kept[i % KeptMax]);
            return (events, total, changed.Task);
        }
    }

    /// <summary>All events after this index are kept.</summary>
    private EventIndex Oldest => total > KeptMax ? kept[total % KeptMax].Index : since;

    private long First(Func<SwarmEvent, bool> fits)
    {
        var place = Math.Max(0, total - KeptMax);
        while (place < total && !fits(kept[place % KeptMax]))
            place++;
        return place;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static SwarmException Lost(EventIndex last) => new(
        SwarmErrorCode.FailedPrecondition,
        $"Not all events after {last} are kept by this manager any more. Read the objects anew, and watch from now on.");

    private void CatchUp()
    {
        lock (gate)
        {
            while (feed.TryNext() is { } batch)
            {
                if (batch.Resync)
                    Begin(new(store.Current.Version, uint.MaxValue));
                foreach (var seen in EventsOf(batch.Changes, clock.GetUtcNow(), passOver))
                    kept[total++ % KeptMax] = seen;
                changed.TrySetResult();
                changed = NewSignal();
            }
        }
    }

    /// <summary>The whole state was replaced: what happened before is not known.</summary>
    private void Begin(EventIndex from)
    {
        Array.Clear(kept);
        (since, total, begun) = (from, 0, begun + 1);
    }

    /// <summary>
    /// The events of changes. Managers may see the changes of one transaction in different orders, and an object more than once: for
    /// each object what came of it counts, in the order of kinds and ids.
    /// </summary>
    internal static IEnumerable<SwarmEvent> EventsOf(IReadOnlyList<ObjectChange> changes, DateTimeOffset now, PassOver? passOver = null)
    {
        foreach (var transaction in changes.GroupBy(change => change.Version))
        {
            var objects = transaction.GroupBy(change => (change.Kind, change.Object.Id))
                .OrderBy(changed => changed.Key.Kind).ThenBy(changed => changed.Key.Id, StringComparer.Ordinal)
                .Select(changed => changed.First() with { New = changed.Last().New });
            var number = 0u;
            foreach (var change in objects.Where(change => change.Old is not null || change.New is not null))
            {
                SwarmEvent? seen = null;
                OneObject.Handle(passOver, change.Kind, change.Object.Id, () => seen = SwarmEvent.Of(change, now));
                if (seen is not null)
                    yield return seen with { Index = new(transaction.Key, number++) };
            }
        }
    }
}
