using SwarmPS.Api;

namespace SwarmPS.EndToEnd;

/// <summary>Waits for what another process does. It asks again every 25 ms: from outside there is no event to wait for.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds; past the deadline it fails, saying what was waited for.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> waitedFor, TimeSpan? deadline = null)
    {
        using var late = new CancellationTokenSource(deadline ?? Deadline);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!await condition())
        {
            try
            {
                await tick.WaitForNextTickAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {deadline ?? Deadline} in vain for {waitedFor()}");
            }
        }
    }

    /// <summary>What an answer is once there is one from a daemon that may be away for a while.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask) where T : class
    {
        T? answer = null;
        await TrueAsync(
            async () =>
            {
                try
                {
                    answer = await ask();
                }
                catch (SwarmUnreachableException)
                {
                    // Not yet.
                }
                return answer is not null;
            },
            () => "an answer");
        return answer!;
    }
}
