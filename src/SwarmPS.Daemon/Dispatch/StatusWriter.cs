using System.Threading.Channels;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Writes reported statuses to the store: all that gather while one transaction is under way go into the next.</summary>
internal sealed class StatusWriter(SwarmStore store)
{
    /// <summary>Reports that may wait; a further one waits for room, and so does its node.</summary>
    private const int QueueMax = 1024;

    /// <summary>Statuses in one transaction.</summary>
    private const int BatchMax = 10_000;

    private readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(QueueMax) { SingleReader = true });

    /// <summary>Takes a node's statuses and returns once they are durable.</summary>
    public async Task ReportAsync(string nodeId, IReadOnlyList<TaskStatusReport> reports, CancellationToken stop)
    {
        var pending = new Pending(nodeId, reports);
        await queue.Writer.WriteAsync(pending, stop).ConfigureAwait(false);
        await pending.Done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Writes until stopped; those who still wait then are told so.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        List<Pending> batch = [];
        try
        {
            while (await queue.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                Gather(batch);
                await WriteAsync(batch, stop).ConfigureAwait(false);
                batch.Clear();
            }
        }
        finally
        {
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var late))
                batch.Add(late);
            foreach (var pending in batch)
                pending.Done.TrySetException(new SwarmException(SwarmErrorCode.Unavailable, "The manager no longer leads; report to the next leader."));
        }
    }

    /// <summary>The status that a task has after a report: a task only moves on, and an older report never undoes a newer one.</summary>
    internal static SwarmTask? Apply(SwarmTask? task, string nodeId, SwarmTaskStatus reported)
    {
        if (task is null || task.NodeId != nodeId || reported.State < task.Status.State)
            return null;
        var repeated = reported.State == task.Status.State && (reported.Timestamp < task.Status.Timestamp || reported == task.Status);
        return repeated ? null : task with { Status = reported };
    }

    private void Gather(List<Pending> batch)
    {
        var statuses = 0;
        while (statuses < BatchMax && queue.Reader.TryRead(out var pending))
        {
            batch.Add(pending);
            statuses += pending.Reports.Count;
        }
    }

    private async Task WriteAsync(List<Pending> batch, CancellationToken stop)
    {
        // The transaction may run again on a newer state: it reads what it needs from the batch and keeps nothing.
        var reports = batch.ToArray();
        try
        {
            await store.UpdateAsync(tx => Write(tx, reports), stop).ConfigureAwait(false);
            foreach (var pending in reports)
                pending.Done.TrySetResult();
        }
        catch (SwarmException refusal)
        {
            foreach (var pending in reports)
                pending.Done.TrySetException(refusal);
        }
    }

    private static void Write(StoreTransaction tx, Pending[] reports)
    {
        var tasks = tx.View.Tasks;
        Dictionary<string, SwarmTask> changed = [];
        foreach (var pending in reports)
        {
            foreach (var report in pending.Reports)
            {
                if (Apply(changed.GetValueOrDefault(report.TaskId) ?? tasks.Find(report.TaskId), pending.NodeId, report.Status) is { } moved)
                    changed[report.TaskId] = moved;
            }
        }
        foreach (var task in changed.Values)
            tx.Put(task);
    }

    private sealed record Pending(string NodeId, IReadOnlyList<TaskStatusReport> Reports)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
