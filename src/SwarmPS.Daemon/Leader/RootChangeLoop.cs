using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// Ends a change of the swarm's root while this manager leads: once every node's certificate is the new root's, the old one is trusted
/// no more and the join tokens change. What it goes by is all in the store, so the next leader goes on with it.
/// </summary>
internal sealed class RootChangeLoop(SwarmStore store, string nodeId, NodeIdentity identity, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Ends with the present certificate being another one.</summary>
    private TaskCompletionSource renewed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tells that this manager's own certificate was renewed: its session with itself does not say so.</summary>
    public void Renewed() => Interlocked.Exchange(ref renewed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Swarm, ObjectKind.Node);
        while (true)
        {
            feed.TryNext();
            var anew = Volatile.Read(ref renewed).Task;
            var done = await RoundAsync(stop).ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(feed.WaitAsync(either.Token), anew, Task.Delay(done ? Timeout.InfiniteTimeSpan : RetryInterval, clock, either.Token)).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether all was done that had to be.</summary>
    private async Task<bool> RoundAsync(CancellationToken stop)
    {
        var own = identity.TrustInfo;
        if (!HasWork(store.Current, own))
            return true;
        try
        {
            var completed = false;
            await store.UpdateAsync(
                tx =>
                {
                    if (tx.View.Nodes.Find(nodeId) is { Description: { } description } node && description.TLSInfo != own)
                        tx.Put(node with { Description = description with { TLSInfo = own } });
                    completed = tx.View.Swarm is { } swarm && RootChange.IsComplete(swarm, tx.View.Nodes.All);
                    if (completed)
                        tx.Put(RootChange.Complete(tx.View.Swarm!));
                },
                stop).ConfigureAwait(false);
            if (completed)
                log.RootChanged();
            return true;
        }
        catch (SwarmException refusal) when (refusal.Code is SwarmErrorCode.Unavailable && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private bool HasWork(Snapshot state, TlsInfo own) =>
        (state.Nodes.Find(nodeId) is { Description: { } description } && description.TLSInfo != own)
        || (state.Swarm is { Rotation: not null } swarm && RootChange.IsComplete(swarm, state.Nodes.All));
}
