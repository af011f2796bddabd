using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

public sealed class LostTimeTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UnixEpoch;

    private readonly DispatchHarness swarm = new();
    private readonly LostTime lost = new();

    public ValueTask DisposeAsync() => swarm.DisposeAsync();

    [Fact]
    public void WakingInTime_LosesNothing()
    {
        Assert.Equal(TimeSpan.Zero, lost.Woke(Begin, Begin + LostTime.Tolerance));
        Assert.Equal(TimeSpan.Zero, lost.Since(Begin - TimeSpan.FromDays(1)));
    }

    [Fact]
    public void TimeLost_CountsFromWhenItWasToWake_AndOnlyAsFarAsAsked()
    {
        Assert.Equal(TimeSpan.FromSeconds(9), lost.Woke(Begin, Begin.AddSeconds(9)));
        lost.Woke(Begin.AddSeconds(20), Begin.AddSeconds(21));
        Assert.Equal(TimeSpan.FromSeconds(10), lost.Since(Begin.AddSeconds(-5)));
        Assert.Equal(TimeSpan.FromSeconds(7), lost.Since(Begin.AddSeconds(3)));
        Assert.Equal(TimeSpan.FromSeconds(1), lost.Since(Begin.AddSeconds(9)));
        Assert.Equal(TimeSpan.Zero, lost.Since(Begin.AddSeconds(21)));
    }

    [Fact]
    public async Task LeaderThatStoodStill_GivesUpNobody_UntilItHasListenedForAsLong()
    {
        await swarm.PutAsync([.. Enumerable.Range(0, 5).Select(i => new Node { Id = $"n{i}" })]);
        List<Heartbeat> beats = [];
        for (var i = 0; i < 5; i++)
        {
            beats.Add(new(swarm.Clock));
            await new DispatchHarness.Session(swarm.Dispatcher.For($"n{i}", "10.0.0.7", heartbeat: beats[i]), new() { Hostname = "h" }).NextAsync();
        }
        await swarm.WatchesAsync();
        // As long as it likes: the machine was suspended, or had no processor for this process.
        swarm.Clock.Advance(TimeSpan.FromMinutes(1));
        beats.RemoveAt(0);
        var began = swarm.Clock.GetUtcNow();
        await swarm.NodeBecomesAsync(NodeState.Down, () => beats.ForEach(beat => beat.Beat()), id: "n0");
        // Five seconds that it listened, less those before it stood still.
        Assert.True(swarm.Clock.GetUtcNow() - began >= TimeSpan.FromSeconds(3), $"{swarm.Clock.GetUtcNow() - began}");
        Assert.All(Enumerable.Range(1, 4), i => Assert.Equal(NodeState.Ready, swarm.Node($"n{i}").Status.State));
    }
}
