using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>
/// Asks the engine what it is, once; and again after it was gone, for it may have been replaced. An engine that hangs holds up
/// nothing of ours: meanwhile it is taken for what it last was.
/// </summary>
internal sealed class EngineFactsCache(EngineLink engine, TimeProvider clock)
{
    /// <summary>How soon an engine that did not answer is asked again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long the very first answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task<EngineFacts>? asked;
    private EngineFacts last = EngineFacts.None;
    private SwarmException? failure;
    private long failedAt = long.MinValue;

    /// <summary>What the engine is; what it last was where it does not answer.</summary>
    public Task<EngineFacts> GetAsync()
    {
        lock (gate)
        {
            if (asked is { IsCompleted: true } && failedAt != long.MinValue && clock.GetElapsedTime(failedAt) >= RetryAfter)
                asked = null;
            asked ??= AskAsync();
            return asked.IsCompleted || last == EngineFacts.None ? BrieflyAsync(asked) : Task.FromResult(last);
        }
    }

    /// <summary>What the engine is, once it has answered. Throws <see cref="SwarmException"/> (Unavailable) where it never has.</summary>
    public async Task<EngineFacts> RequireAsync(CancellationToken stop)
    {
        Task<EngineFacts> asking;
        lock (gate)
        {
            if (last != EngineFacts.None && asked is not null)
                return last;
            asking = asked is null or { IsCompleted: true } ? asked = AskAsync() : asked;
        }
        var facts = await asking.WaitAsync(stop).ConfigureAwait(false);
        return facts != EngineFacts.None ? facts : throw new SwarmException(SwarmErrorCode.Unavailable, (failure ?? engine.Unreachable(null)).Message, failure);
    }

    /// <summary>The engine answered: ask again where it serves another version than it did, for it was replaced.</summary>
    public void Note(ApiVersion newest)
    {
        lock (gate)
        {
            if (asked is { IsCompleted: true } && last != EngineFacts.None && last.ApiVersion != newest)
                (asked, last) = (null, EngineFacts.None);
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

    private async Task<EngineFacts> BrieflyAsync(Task<EngineFacts> asking)
    {
        if (!asking.IsCompleted)
            await Task.WhenAny(asking, Task.Delay(Patience, clock)).ConfigureAwait(false);
        return asking.IsCompleted ? await asking.ConfigureAwait(false) : EngineFacts.None;
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
        catch (SwarmException fault)
        {
            lock (gate)
            {
                failure = fault;
                failedAt = clock.GetTimestamp();
                return last;
            }
        }
    }
}
