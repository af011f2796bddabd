using Microsoft.Extensions.Logging;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// Marks nodes as down that have not been heard from in time. Time that this manager itself did not get does not count: a starved leader
/// would else take all nodes for lost at once. To know, it wakes every second while there is a node to be heard.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="sessionOf">A node's session, or null.</param>
/// <param name="silent">How long a node with a session may be silent.</param>
/// <param name="faultOf">Why a node that opens no session is refused; null where it is not.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class NodeWatch(SwarmStore store, Func<string, NodeSession?> sessionOf, Func<TimeSpan> silent, Func<string, string?> faultOf, TimeProvider clock, ILogger log)
{
    /// <summary>How long after a refused write it is tried again.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait, so that time lost is noticed before a node is given up.</summary>
    internal static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly LostTime lost = new();
    private readonly Dictionary<string, DateTimeOffset> deadlines = [];
    private DateTimeOffset waitedFor = DateTimeOffset.MaxValue;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The node must be heard from within this time.</summary>
    public void Expect(string nodeId, TimeSpan within) => ExpectAfter(null, nodeId, within);

    /// <summary>The node must be heard from within this time after it was last heard (or after now).</summary>
    public void ExpectAfter(DateTimeOffset? heard, string nodeId, TimeSpan within)
    {
        lock (gate)
        {
            var deadline = (heard ?? clock.GetUtcNow()) + within;
            deadlines[nodeId] = deadline;
            if (deadline < waitedFor)
                changed.TrySetResult();
        }
    }

    /// <summary>The node was heard from.</summary>
    public void Heard(string nodeId)
    {
        lock (gate)
            deadlines.Remove(nodeId);
    }

    /// <summary>Watches until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var (planned, news) = Next();
            var wait = planned == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : planned - clock.GetUtcNow();
            if (wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
                wait = TimeSpan.Zero;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(news, Task.Delay(wait, clock, either.Token)).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            Excuse(planned);
            if (Due() is { Count: > 0 } silentNodes)
                await MarkDownAsync(silentNodes, stop).ConfigureAwait(false);
        }
    }

    /// <summary>When to look next, at the latest.</summary>
    private (DateTimeOffset Planned, Task News) Next()
    {
        lock (gate)
        {
            if (changed.Task.IsCompleted)
                changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (deadlines.Count == 0)
                return (waitedFor = DateTimeOffset.MaxValue, changed.Task);
            var now = clock.GetUtcNow();
            var first = deadlines.Values.Min();
            // What is due already was not slept through.
            waitedFor = first < now ? now : first < now + LookInterval ? first : now + LookInterval;
            return (waitedFor, changed.Task);
        }
    }

    /// <summary>Nodes have as much longer as this manager was late.</summary>
    private void Excuse(DateTimeOffset planned)
    {
        if (planned == DateTimeOffset.MaxValue || lost.Woke(planned, clock.GetUtcNow()) is not { Ticks: > 0 } late)
            return;
        log.TimeLost(late.TotalSeconds);
        lock (gate)
        {
            foreach (var nodeId in deadlines.Keys.ToList())
                deadlines[nodeId] += late;
        }
    }

    /// <summary>How long a node that was heard then may be silent.</summary>
    private TimeSpan PatienceSince(DateTimeOffset heard) => silent() + lost.Since(heard);

    private List<string> Due()
    {
        var now = clock.GetUtcNow();
        List<string> due;
        lock (gate)
        {
            due = deadlines.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList();
            due.ForEach(nodeId => deadlines.Remove(nodeId));
        }
        // Outside the lock: sessions have one of their own, under which they come here.
        due.RemoveAll(nodeId => IsHeard(nodeId, now));
        return due;
    }

    /// <summary>Whether a node with a session beat meanwhile; then it is looked at again when that beat is as old as beats may be.</summary>
    private bool IsHeard(string nodeId, DateTimeOffset now)
    {
        if (sessionOf(nodeId) is not { } session)
            return false;
        if (session.LastHeard is not { } heard)
            return true;
        var patience = PatienceSince(heard);
        if (heard + patience > now)
        {
            ExpectAfter(heard, nodeId, patience);
            return true;
        }
        session.End("Nothing was heard of the node for too long.");
        return false;
    }

    private bool HasLiveSession(string nodeId) =>
        sessionOf(nodeId) is { } session && (session.LastHeard is not { } heard || heard + PatienceSince(heard) > clock.GetUtcNow());

    private async Task MarkDownAsync(List<string> nodeIds, CancellationToken stop)
    {
        try
        {
            await store.UpdateAsync(tx => MarkDown(tx, nodeIds), stop).ConfigureAwait(false);
        }
        catch (SwarmException)
        {
            // No quorum now, or this manager is about to stop leading, which ends the watch.
            nodeIds.ForEach(nodeId => Expect(nodeId, Retry));
        }
    }

    /// <summary>
    /// A node may come while this is on its way. Its session is entered before it is written as ready, so either it is seen here,
    /// or the node is written as ready after this.
    /// </summary>
    private void MarkDown(StoreTransaction tx, List<string> nodeIds)
    {
        var nodes = tx.View.Nodes;
        foreach (var node in nodeIds.Where(nodeId => !HasLiveSession(nodeId)).Select(nodes.Find))
        {
            if (node is null || node.Status.State == NodeState.Down)
                continue;
            log.NodeSilent(node.Id);
            tx.Put(node with { Status = new() { State = NodeState.Down, Message = faultOf(node.Id) ?? "heartbeat failure", Addr = node.Status.Addr } });
        }
    }
}
