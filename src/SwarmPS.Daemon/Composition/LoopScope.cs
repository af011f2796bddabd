namespace SwarmPS.Daemon.Composition;

/// <summary>
/// Owns loops that belong together. The first one that ends by a fault cancels the others, and the fault reaches whoever waits:
/// no loop dies quietly.
/// </summary>
internal sealed class LoopScope : IAsyncDisposable
{
    private readonly CancellationTokenSource source;
    private readonly TaskCompletionSource<Exception> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> loops = [];
    private int disposed;

    /// <summary>A scope that ends with <paramref name="stop"/>.</summary>
    public LoopScope(CancellationToken stop) => source = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Cancelled when the scope ends.</summary>
    public CancellationToken Stop => source.Token;

    /// <summary>Ends with the first fault of a loop.</summary>
    public Task<Exception> FirstFault => fault.Task;

    /// <summary>Starts a loop, which should run until its token is cancelled; an early end is a fault too.</summary>
    public void Run(string name, Func<CancellationToken, Task> loop) => loops.Add(Task.Run(() => GuardAsync(name, loop)));

    /// <summary>Cancels the loops and waits for their end; a second time does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await source.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
        source.Dispose();
    }

    private async Task GuardAsync(string name, Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(source.Token).ConfigureAwait(false);
            if (!source.IsCancellationRequested)
                Fail(new InvalidOperationException($"The loop '{name}' ended though nothing had stopped it."));
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            // Asked to stop: the ordinary end.
        }
        catch (Exception cause)
        {
            Fail(new InvalidOperationException($"The loop '{name}' failed: {cause.Message}", cause));
        }
    }

    private void Fail(Exception cause)
    {
        if (fault.TrySetResult(cause))
            source.Cancel();
    }
}
