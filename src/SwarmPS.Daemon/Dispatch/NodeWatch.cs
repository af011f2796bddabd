using Microsoft.Extensions.Logging;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Marks nodes as down that have not been heard from in time. Costs nothing while all is well.</summary>
/// <param name="store">The store.</param>
/// <param name="hasSession">Whether a node has a session.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class NodeWatch(SwarmStore store, Func<string, bool> hasSession, TimeProvider clock, ILogger log)
{
    /// <summary>How long after a refused write it is tried again.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private readonly Dictionary<string, DateTimeOffset> deadlines = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The node must be heard from within this time.</summary>
    public void Expect(string nodeId, TimeSpan within)
    {
        lock (gate)
        {
            deadlines[nodeId] = clock.GetUtcNow() + within;
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
            var (wait, news) = Next();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(news, Task.Delay(wait, clock, either.Token)).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            if (Due() is { Count: > 0 } silent)
                await MarkDownAsync(silent, stop).ConfigureAwait(false);
        }
    }

    private (TimeSpan Wait, Task News) Next()
    {
        lock (gate)
        {
            if (changed.Task.IsCompleted)
                changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (deadlines.Count == 0)
                return (Timeout.InfiniteTimeSpan, changed.Task);
            var wait = deadlines.Values.Min() - clock.GetUtcNow();
            return (wait > TimeSpan.Zero ? wait : TimeSpan.Zero, changed.Task);
        }
    }

    private List<string> Due()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var due = deadlines.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList();
            due.ForEach(nodeId => deadlines.Remove(nodeId));
            return due;
        }
    }

    private async Task MarkDownAsync(List<string> silent, CancellationToken stop)
    {
        try
        {
            await store.UpdateAsync(tx => MarkDown(tx, silent), stop).ConfigureAwait(false);
        }
        catch (SwarmException)
        {
            // No quorum now, or this manager is about to stop leading, which ends the watch.
            silent.ForEach(nodeId => Expect(nodeId, Retry));
        }
    }

    /// <summary>
    /// A node may come while this is on its way. Its session is entered before it is written as ready, so either it is seen here,
    /// or the node is written as ready after this.
    /// </summary>
    private void MarkDown(StoreTransaction tx, List<string> silent)
    {
        var nodes = tx.View.Nodes;
        foreach (var node in silent.Where(nodeId => !hasSession(nodeId)).Select(nodes.Find))
        {
            if (node is null || node.Status.State == NodeState.Down)
                continue;
            log.NodeSilent(node.Id);
            tx.Put(node with { Status = node.Status with { State = NodeState.Down, Message = "heartbeat failure" } });
        }
    }
}
