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
        for (var tenths = 0; tenths < 300; tenths++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.InRange(lists, 2, 12);
    }
}
