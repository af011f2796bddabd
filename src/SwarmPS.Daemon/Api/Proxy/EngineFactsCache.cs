using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>Asks the engine what it is, once; and again after it was gone, for it may have been replaced.</summary>
internal sealed class EngineFactsCache(EngineLink engine, TimeProvider clock)
{
    /// <summary>How soon an engine that did not answer is asked again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private Task<EngineFacts>? asked;
    private EngineFacts last = EngineFacts.None;
    private long failedAt = long.MinValue;

    /// <summary>What the engine is; what it last was where it does not answer.</summary>
    public Task<EngineFacts> GetAsync()
    {
        lock (gate)
        {
            if (asked is { IsCompleted: true } && failedAt != long.MinValue && clock.GetElapsedTime(failedAt) >= RetryAfter)
                asked = null;
            return asked ??= AskAsync();
        }
    }

    /// <summary>The engine did not answer: ask anew.</summary>
    public void Forget()
    {
        lock (gate)
        {
            if (asked is { IsCompleted: true })
                asked = null;
        }
    }

    private async Task<EngineFacts> AskAsync()
    {
        try
        {
            var version = await engine.GetAsync("/version", CancellationToken.None).ConfigureAwait(false);
            using var ping = await engine.SendAsync("/_ping", CancellationToken.None).ConfigureAwait(false);
            var facts = EngineFacts.From(version, ping);
            lock (gate)
                (last, failedAt) = (facts, long.MinValue);
            return facts;
        }
        catch (SwarmException)
        {
            lock (gate)
            {
                failedAt = clock.GetTimestamp();
                return last;
            }
        }
    }
}
