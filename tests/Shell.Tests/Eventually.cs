namespace SwarmPS.Shell.Tests;

/// <summary>Waits for what another process does. It asks again every 25 ms: from outside there is no event to wait for.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds; past the deadline it fails, saying what was waited for.</summary>
    public static async Task TrueAsync(Func<bool> condition, string waitedFor, Func<string>? seen = null)
    {
        using var late = new CancellationTokenSource(Deadline);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!condition())
        {
            try
            {
                await tick.WaitForNextTickAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {Deadline} in vain for {waitedFor}. Seen:\n{seen?.Invoke()}");
            }
        }
    }
}
