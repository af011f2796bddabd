using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// Keeps the quorum's members and the nodes' roles together while this manager leads: after each change of a node or of a member,
/// and again a little later where the quorum did not agree.
/// </summary>
internal sealed class ManagerLoop(RaftNode raft, SwarmStore store, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long one removal may take: without a quorum it would wait for as long as this manager leads.</summary>
    private static readonly TimeSpan RemovalMax = TimeSpan.FromSeconds(10);

    /// <summary>Runs until stopped. One at a time.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Node);
        var changed = NewSignal();
        void Signal() => Volatile.Read(ref changed).TrySetResult();
        raft.MembersChanged += Signal;
        try
        {
            while (true)
            {
                feed.TryNext();
                Interlocked.Exchange(ref changed, NewSignal());
                var done = await RoundAsync(stop).ConfigureAwait(false);
                using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(
                    feed.WaitAsync(late.Token),
                    Volatile.Read(ref changed).Task,
                    Task.Delay(done ? Timeout.InfiniteTimeSpan : RetryInterval, clock, late.Token)).ConfigureAwait(false);
                await late.CancelAsync().ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            raft.MembersChanged -= Signal;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether all was done that had to be.</summary>
    private async Task<bool> RoundAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (Plan(store.Current).Changes.Count > 0)
                    await store.UpdateAsync(tx => tx.Apply(Plan(tx.View).Changes), stop).ConfigureAwait(false);
                var plan = Plan(store.Current);
                if (plan.Departures.Count == 0)
                {
                    if (plan.HandOver)
                        raft.HandOver();
                    return true;
                }
                await TakeOutAsync(plan.Departures[0], stop).ConfigureAwait(false);
            }
        }
        catch (Exception refusal) when (!stop.IsCancellationRequested && refusal is SwarmException { Code: SwarmErrorCode.Unavailable } or OperationCanceledException)
        {
            log.MembersRefused(RetryInterval.TotalSeconds, refusal.Message);
            return false;
        }
    }

    /// <summary>The node's role changes when it is certainly out: its next certificate is a worker's from then on, by which its part as a manager ends.</summary>
    private async Task TakeOutAsync(Departure departure, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(RemovalMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        if (departure is { Member: { } member })
        {
            await raft.RemoveMemberAsync(
                member,
                either.Token,
                () => departure.NodeId is null || ManagerMembership.IsLeaving(store.Current.Nodes.Find(departure.NodeId)),
                async () => await store.UpdateAsync(tx => Demote(tx, departure, _ => true), stop).ConfigureAwait(false)).ConfigureAwait(false);
            log.MemberRemoved(member);
            return;
        }
        // One that has got an address meanwhile may be about to be taken in.
        await store.UpdateAsync(tx => Demote(tx, departure, node => node.ManagerStatus is null && ManagerMembership.IsLeaving(node)), either.Token).ConfigureAwait(false);
    }

    private static void Demote(StoreTransaction tx, Departure departure, Func<Node, bool> may)
    {
        if (departure.NodeId is { } id && tx.View.Nodes.Find(id) is { } node && may(node) && ManagerMembership.Demoted(node) is { } demoted)
            tx.Put(demoted);
    }

    private ManagerPlan Plan(Snapshot state)
    {
        var reachable = raft.Reachable;
        return ManagerMembership.Plan(state, raft.Members.ToDictionary(member => member, member => reachable.GetValueOrDefault(member, true)), raft.Address);
    }
}
