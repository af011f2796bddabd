namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// A question that callers at the same time ask once: who comes while it is being asked shares the next round, which certainly begins after
/// them, so that its answer is not older than their call.
/// </summary>
/// <param name="ask">Asks.</param>
internal sealed class SharedRound<T>(Func<Task<T>> ask)
{
    private readonly Lock gate = new();
    private Task<T>? running;
    private Task<T>? next;

    /// <summary>The answer of a round that begins from now on.</summary>
    public Task<T> AskAsync()
    {
        lock (gate)
            return running is { IsCompleted: false } current ? next ??= AfterAsync(current) : running = ask();
    }

    private async Task<T> AfterAsync(Task<T> current)
    {
        // Never at once: where the round has just ended, this would run on within the caller's lock, before the caller has kept the task.
        await ((Task)current).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (gate)
            (running, next) = (next, null);
        return await ask().ConfigureAwait(false);
    }
}
