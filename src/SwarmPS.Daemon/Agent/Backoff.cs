namespace SwarmPS.Daemon.Agent;

/// <summary>Waits that double from <see cref="Limits.RetryMin"/> to <see cref="Limits.RetryMax"/>.</summary>
internal sealed class Backoff(TimeProvider clock)
{
    private TimeSpan next = Limits.RetryMin;

    /// <summary>Waits, and makes the next wait longer.</summary>
    public Task WaitAsync(CancellationToken stop)
    {
        var wait = next;
        next = next * 2 < Limits.RetryMax ? next * 2 : Limits.RetryMax;
        return Task.Delay(wait, clock, stop);
    }

    /// <summary>All is well again: the next wait is the shortest.</summary>
    public void Reset() => next = Limits.RetryMin;
}
