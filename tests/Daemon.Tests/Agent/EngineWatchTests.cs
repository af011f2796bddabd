using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;

namespace SwarmPS.Daemon.Tests.Agent;

public sealed class EngineWatchTests : IEngineObserver
{
    private readonly Pulse pulse = new();
    private readonly FakeTimeProvider clock = new();
    private int lists;

    void IEngineObserver.Listed(IReadOnlyList<EngineContainer> containers) => lists++;

    void IEngineObserver.Lost()
    {
    }

    void IEngineObserver.Happened(EngineEvent happened)
    {
    }

    [Fact]
    public async Task StreamThatBreaksAtOnce_IsTriedLessAndLessOften()
    {
        var engine = new FakeEngine(pulse)
        {
            Before = call => call == "watch" ? throw new EngineException(System.Net.HttpStatusCode.InternalServerError, "no events") : Task.CompletedTask,
        };
        using var stop = new CancellationTokenSource();
        var watch = new EngineWatch(engine, [], clock, NullLogger.Instance);
        var running = watch.RunAsync(this, stop.Token);
        // However late the watch gets to run, it cannot have waited for less than went by.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var tenths = 0;
        for (; Volatile.Read(ref lists) < 6; tenths++)
        {
            deadline.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(tenths >= 10, $"six tries within {tenths} tenths of a second");
    }
}
