using System.Collections.Concurrent;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>
/// Runs an asynchronous piece of a cmdlet on the pipeline's own thread: each of its continuations comes back there, so that it may
/// write objects and ask questions wherever it likes.
/// </summary>
internal sealed class PipelinePump : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> queue = [];

    /// <summary>Runs <paramref name="ask"/> to its end and throws what it threw.</summary>
    public static void Run(Func<Task> ask)
    {
        var before = Current;
        var pump = new PipelinePump();
        SetSynchronizationContext(pump);
        try
        {
            pump.RunToEnd(ask());
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            queue.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The cmdlet has ended; what nobody waits for any more may run anywhere.
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may block on the pipeline's thread.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    private void RunToEnd(Task task)
    {
        if (!task.IsCompleted)
        {
            _ = task.ContinueWith(_ => queue.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            foreach (var (work, state) in queue.GetConsumingEnumerable())
                work(state);
        }
        task.GetAwaiter().GetResult();
    }
}
