using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Consensus;

public sealed class ConnectionRecyclingTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ToldTime clock = new();
    private readonly SemaphoreSlim recycled = new(0);
    private readonly LoopScope scope = new(CancellationToken.None);
    private readonly SwarmStore store = TestManager.NewStore();

    public ConnectionRecyclingTests() => store.Install(Snapshot.Empty.With(
    [
        StoreChange.Put(new Node { Id = "c", Spec = new() { Role = NodeRole.Manager } }),
        StoreChange.Put(new Node { Id = "a", Spec = new() { Role = NodeRole.Manager } }),
        StoreChange.Put(new Node { Id = "aa", Spec = new() { Role = NodeRole.Worker } }),
        StoreChange.Put(new Node { Id = "b", Spec = new() { Role = NodeRole.Manager } }),
    ]));

    public async ValueTask DisposeAsync()
    {
        await scope.DisposeAsync();
        recycled.Dispose();
    }

    [Fact]
    public void ManagersThatRenewAtOnce_BreakTheirConnections_OneAfterTheOther() => Assert.Equal(
        [TimeSpan.Zero, ConnectionRecycling.Spacing, ConnectionRecycling.Spacing * 2], new[] { "a", "b", "c" }.Select(id => Of(id).Wait));

    [Fact]
    public async Task AManager_WaitsForItsTurn_AndRecyclesOnce_ForAllThatAskBefore()
    {
        var recycling = Of("b");
        scope.Run("recycling", recycling.RunAsync);
        recycling.Ask();
        await clock.Waits.WaitAsync(Deadline);
        clock.Advance(ConnectionRecycling.Spacing - TimeSpan.FromSeconds(1));
        recycling.Ask();
        Assert.Equal(0, recycled.CurrentCount);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await recycled.WaitAsync(Deadline), "It was never this manager's turn.");
        Assert.Equal(0, clock.Waits.CurrentCount);

        recycling.Ask();
        await clock.Waits.WaitAsync(Deadline);
        Assert.Equal(0, recycled.CurrentCount);
        clock.Advance(ConnectionRecycling.Spacing);
        Assert.True(await recycled.WaitAsync(Deadline), "The next certificate had no turn.");
    }

    private ConnectionRecycling Of(string nodeId) => new(nodeId, store, () => recycled.Release(), clock);

    /// <summary>Tells when someone begins to wait.</summary>
    private sealed class ToldTime : FakeTimeProvider
    {
        public SemaphoreSlim Waits { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waits.Release();
            return timer;
        }
    }
}
