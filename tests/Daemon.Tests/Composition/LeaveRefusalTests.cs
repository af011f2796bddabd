using SwarmPS.Daemon.Composition;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class LeaveRefusalTests
{
    [Theory]
    [InlineData(1, 0, "Removing the last manager erases all current state")]
    [InlineData(2, 0, "leaves 1 managers out of 2")]
    [InlineData(3, 1, "leaves 1 managers out of 3")]
    [InlineData(3, 0, "as a manager. The only way to restore")]
    [InlineData(5, 1, "as a manager. The only way to restore")]
    [InlineData(5, 2, "leaves 2 managers out of 5")]
    public void Refusal_TellsWhatWouldBeLost(int managers, int unreachable, string expected)
    {
        var objects = Enumerable.Range(0, managers).Select(i => (StoreObject)new Node
        {
            Id = $"n{i}",
            ManagerStatus = new() { Addr = $"10.0.0.{i + 1}:2377", Reachability = i < managers - unreachable ? Reachability.Reachable : Reachability.Unreachable },
        });
        Assert.Contains(expected, LeaveRefusal.Of(Snapshot.Restore(1, [.. objects, new SwarmObject { Id = "s" }], [])));
    }

    [Fact]
    public void ManagerThatIsLocked_MayLoseTheConsensus() => Assert.Contains("Doing so may lose the consensus", LeaveRefusal.Of(null));
}
