using System.Collections.Concurrent;

namespace SwarmPS.Cmdlets;

/// <summary>
/// Lets a cmdlet await and still write where PowerShell allows it: on the pipeline's own thread. That thread runs what is posted here
/// until the asynchronous work is done.
/// </summary>
internal sealed class PipelineContext : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> queue = [];

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => queue.Add((d, state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A cmdlet's thread is never waited for by another one.");

    /// <summary>Runs asynchronous work on the calling thread to its end, and throws what it threw.</summary>
    public static void Run(Func<Task> work)
    {
        var before = Current;
        var context = new PipelineContext();
        SetSynchronizationContext(context);
        try
        {
            var task = work();
            task.ContinueWith(_ => context.queue.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            foreach (var (callback, state) in context.queue.GetConsumingEnumerable())
                callback(state);
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
            context.queue.Dispose();
        }
    }
}
