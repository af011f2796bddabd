using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// Makes the keys of encrypted networks while this manager leads, with the first such network, and changes them as
/// <see cref="TunnelKeyChange"/> says. When that is due is in the store, so the next leader goes on with it.
/// </summary>
internal sealed class TunnelKeyLoop(SwarmStore store, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Network, ObjectKind.Swarm);
        while (true)
        {
            feed.TryNext();
            var wait = await RoundAsync(stop).ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(feed.WaitAsync(either.Token), Task.Delay(wait, clock, either.Token)).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>How long to wait where nothing changes.</summary>
    private async Task<TimeSpan> RoundAsync(CancellationToken stop)
    {
        var now = Timestamp.From(clock.GetUtcNow());
        if (TunnelKeyChange.DueAt(store.Current, now) is not { } due)
            return Timeout.InfiniteTimeSpan;
        if (due > now)
            // Rounded up, since a timer that fires early would only be set again.
            return TimeSpan.FromMilliseconds(Math.Ceiling((due - now).TotalMilliseconds));
        try
        {
            if (await store.UpdateAsync(Change, stop).ConfigureAwait(false))
                log.TunnelKeysChanged();
            return TimeSpan.Zero;
        }
        catch (SwarmException refusal) when (refusal.Code is SwarmErrorCode.Unavailable && !stop.IsCancellationRequested)
        {
            return RetryInterval;
        }
    }

    private static bool Change(StoreTransaction tx)
    {
        if (tx.View.Swarm is not { } swarm || TunnelKeyChange.DueAt(tx.View, tx.Now) is not { } due || due > tx.Now)
            return false;
        tx.Put(swarm with { TunnelKeys = TunnelKeyChange.Next(swarm.TunnelKeys, TunnelKeyChange.IsNeeded(tx.View), tx.Now) });
        return true;
    }
}
