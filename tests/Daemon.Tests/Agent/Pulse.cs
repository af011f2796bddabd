namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Tells waiters that something has changed, so that they look at their condition again.</summary>
internal sealed class Pulse
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Something has changed.</summary>
    public void Beat()
    {
        lock (gate)
        {
            changed.TrySetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for a condition; fails after a deadline with what was missing.</summary>
    public async Task UntilAsync(Func<bool> condition, Func<string> missing)
    {
        using var late = new CancellationTokenSource(Deadline);
        while (true)
        {
            Task next;
            lock (gate)
                next = changed.Task;
            if (condition())
                return;
            try
            {
                await next.WaitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {Deadline} in vain: {missing()}");
            }
        }
    }
}
