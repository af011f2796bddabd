namespace SwarmPS.Shell.Hosting;

/// <summary>
/// Reads, when asked to, what cannot be called off once it is begun: a key, a line. Whoever asks can leave; what
/// then comes is for the next who asks.
/// </summary>
internal sealed class Demand<T>(Func<T> read)
{
    private Task<T>? begun;

    /// <exception cref="OperationCanceledException">The asker left.</exception>
    public T Take(CancellationToken leave)
    {
        begun ??= Task.Run(read, CancellationToken.None);
        try
        {
            begun.WaitAsync(leave).GetAwaiter().GetResult();
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            begun = null;
            throw;
        }

        var taken = begun.Result;
        begun = null;
        return taken;
    }
}
