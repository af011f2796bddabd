using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Leader;

public sealed class TunnelKeyLoopTests : IAsyncDisposable, IProposer
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly SwarmStore store;
    private readonly Task writer;
    private CancellationTokenSource term = new();
    private Task leading = Task.CompletedTask;
    private ulong requests;

    public TunnelKeyLoopTests()
    {
        store = new(clock, () => new RequestId(1, ++requests));
        writer = store.RunWriterAsync(this, stop.Token);
    }

    private TunnelKeyRing? Keys => store.Current.Swarm?.TunnelKeys;

    public async ValueTask DisposeAsync()
    {
        await StandDownAsync();
        await stop.CancelAsync();
        await writer.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
        deadline.Dispose();
        term.Dispose();
    }

    Task IProposer.ProposeAsync(StoreProposal proposal, CancellationToken stop)
    {
        Assert.True(store.Apply(proposal));
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Keys_AreMadeWithTheFirstEncryptedNetwork_ChangeEveryTwelveHours_AndGoAfterTheLast()
    {
        await PutAsync(new SwarmObject { Id = "swarm" });
        Lead();
        await PutAsync(new Network { Id = "plain" });
        Assert.Null(Keys);
        await PutAsync(Encrypted);
        await UntilAsync(() => Keys is not null);
        var first = Keys!;
        clock.Advance(TunnelKeyChange.Interval - TimeSpan.FromSeconds(1));
        Assert.Equal(first, Keys);
        await PassAsync(() => Keys != first);
        Assert.Equal((first.Keys[1].Epoch, 3), (Keys!.Epoch, Keys.Keys.Count));
        await store.UpdateAsync(tx => tx.Delete(Encrypted), deadline.Token);
        await PassAsync(() => Keys is null);
    }

    [Fact]
    public async Task NextLeader_GoesOnWithTheKeys_AndMakesUpForAChangeThatWasMissed()
    {
        await PutAsync(new SwarmObject { Id = "swarm" });
        await PutAsync(Encrypted);
        Lead();
        await UntilAsync(() => Keys is not null);
        var first = Keys!;
        await StandDownAsync();
        Lead();
        await PutAsync(new Network { Id = "plain" });
        Assert.Equal(first, Keys);
        await StandDownAsync();
        clock.Advance(TunnelKeyChange.Interval * 5);
        Assert.Equal(first, Keys);
        Lead();
        await UntilAsync(() => Keys != first);
        Assert.Equal(first.Keys[1].Epoch, Keys!.Epoch);
        Assert.Equal(Timestamp.From(clock.GetUtcNow()), Keys.RotatedAt);
    }

    [Fact]
    public async Task ChangeWrittenByAClockThatWasAhead_PutsNoChangeOff()
    {
        var ahead = TunnelKeyChange.Next(null, isNeeded: true, Timestamp.From(clock.GetUtcNow().AddYears(1)));
        await PutAsync(new SwarmObject { Id = "swarm", TunnelKeys = ahead });
        await PutAsync(Encrypted);
        Lead();
        await UntilAsync(() => Keys != ahead);
    }

    private static Network Encrypted => new()
    {
        Id = "secret",
        Spec = new() { DriverConfiguration = new() { Name = NetworkOptions.Driver, Options = new([new(NetworkOptions.Encrypted, "")]) } },
    };

    private void Lead()
    {
        term = new();
        leading = new TunnelKeyLoop(store, clock, NullLogger.Instance).RunAsync(term.Token);
    }

    private async Task StandDownAsync()
    {
        await term.CancelAsync();
        await leading.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private Task PutAsync(StoreObject value) => store.UpdateAsync(tx => tx.Put(value), deadline.Token);

    /// <summary>Lets a little time go by until it is so: the loop may still be about to set its timer.</summary>
    private Task PassAsync(Func<bool> condition) => UntilAsync(() =>
    {
        clock.Advance(TimeSpan.FromMinutes(5));
        return condition();
    });

    private async Task UntilAsync(Func<bool> condition)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (leading.IsFaulted)
                await leading;
            await tick.WaitForNextTickAsync(deadline.Token);
        }
    }
}
