using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>Tells subscribers of every applied log entry, in order. A subscriber that falls far behind is told to read the whole state anew.</summary>
public sealed class ChangeFeed
{
    /// <summary>Changes kept for a slow subscriber before it must read anew.</summary>
    public const int PendingMax = 50_000;

    private readonly object gate = new();
    private readonly List<ChangeSubscription> subscriptions = [];

    /// <summary>Subscribes to the kinds named, or to all; dispose to end it. The first wait returns at once, asking for a full read.</summary>
    public ChangeSubscription Subscribe(params ObjectKind[] kinds)
    {
        var subscription = new ChangeSubscription(this, kinds);
        lock (gate)
            subscriptions.Add(subscription);
        return subscription;
    }

    internal void Remove(ChangeSubscription subscription)
    {
        lock (gate)
            subscriptions.Remove(subscription);
    }

    internal void PublishResync()
    {
        lock (gate)
        {
            foreach (var subscription in subscriptions)
                subscription.PushResync();
        }
    }

    internal void Publish(IReadOnlyList<ObjectChange> changes)
    {
        lock (gate)
        {
            foreach (var subscription in subscriptions)
                subscription.Push(changes);
        }
    }
}

/// <summary>What a subscriber has to catch up with.</summary>
/// <param name="Resync">Changes were left out: read the whole state of <see cref="SwarmStore.Current"/>.</param>
/// <param name="Changes">What changed, in order; empty on a resync.</param>
public sealed record ChangeBatch(bool Resync, IReadOnlyList<ObjectChange> Changes);

/// <summary>One subscriber's place in the feed.</summary>
public sealed class ChangeSubscription : IDisposable
{
    private readonly ChangeFeed feed;
    private readonly ObjectKind[] kinds;
    private readonly object gate = new();
    private List<ObjectChange> pending = [];
    private bool resync = true;
    private TaskCompletionSource? waiter;

    internal ChangeSubscription(ChangeFeed feed, ObjectKind[] kinds) => (this.feed, this.kinds) = (feed, kinds);

    /// <summary>Waits until there is something, and takes all of it. One caller at a time.</summary>
    public async Task<ChangeBatch> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            await WaitAsync(stop).ConfigureAwait(false);
            if (TryNext() is { } batch)
                return batch;
        }
    }

    /// <summary>Waits until there is something, and takes nothing.</summary>
    public Task WaitAsync(CancellationToken stop)
    {
        lock (gate)
        {
            if (resync || pending.Count > 0)
                return Task.CompletedTask;
            waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiter.Task.WaitAsync(stop);
        }
    }

    /// <summary>Takes what there is now, or null.</summary>
    public ChangeBatch? TryNext()
    {
        lock (gate)
            return resync || pending.Count > 0 ? Take() : null;
    }

    /// <summary>Ends the subscription.</summary>
    public void Dispose() => feed.Remove(this);

    internal void PushResync()
    {
        lock (gate)
        {
            (pending, resync) = ([], true);
            waiter?.TrySetResult();
        }
    }

    internal void Push(IReadOnlyList<ObjectChange> changes)
    {
        lock (gate)
        {
            if (resync)
                return;
            foreach (var change in changes)
            {
                if (kinds.Length == 0 || kinds.Contains(change.Kind))
                    pending.Add(change);
            }
            if (pending.Count > ChangeFeed.PendingMax)
                (pending, resync) = ([], true);
            if (resync || pending.Count > 0)
                waiter?.TrySetResult();
        }
    }

    private ChangeBatch Take()
    {
        var batch = new ChangeBatch(resync, resync ? [] : pending);
        (pending, resync, waiter) = ([], false, null);
        return batch;
    }
}
