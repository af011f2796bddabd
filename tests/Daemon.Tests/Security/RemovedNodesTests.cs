using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Security;

public sealed class RemovedNodesTests
{
    private static readonly Timestamp Now = Timestamp.From(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly SwarmObject Swarm = Lasting(TimeSpan.FromHours(10));

    [Fact]
    public void RemovedNode_IsRemembered_UntilItsLastCertificateHasEnded_AndForgottenAtTheNextRemoval()
    {
        var swarm = RemovedNodes.Remember(Swarm, ["a"], Now);
        var end = Now + TimeSpan.FromHours(11);
        Assert.True(RemovedNodes.Contains(swarm, "a", end + TimeSpan.FromTicks(-1)));
        Assert.False(RemovedNodes.Contains(swarm, "a", end));
        Assert.False(RemovedNodes.Contains(swarm, "b", Now));
        Assert.Equal(["a", "b"], Ids(RemovedNodes.Remember(swarm, ["b"], end + TimeSpan.FromTicks(-1))));
        Assert.Equal(["c"], Ids(RemovedNodes.Remember(swarm, ["c"], end)));
    }

    [Fact]
    public void LongCertificatesOfBefore_Count_WhereTheyWereMadeShorter()
    {
        var shorter = Lasting(TimeSpan.FromHours(1)) with { CertificatesEnd = RemovedNodes.CertificatesEnd(Swarm, Now) };
        Assert.True(RemovedNodes.Contains(RemovedNodes.Remember(shorter, ["a"], Now), "a", Now + TimeSpan.FromHours(10)));
        Assert.Equal(Now + TimeSpan.FromHours(22), RemovedNodes.CertificatesEnd(shorter, Now + TimeSpan.FromHours(20)));
    }

    [Fact]
    public void OfTooMany_ThoseAreForgotten_WhoseCertificatesEndFirst()
    {
        var swarm = RemovedNodes.Remember(Swarm, ["first"], Now);
        swarm = RemovedNodes.Remember(swarm, Enumerable.Range(0, RemovedNodes.Max).Select(i => $"n{i}"), Now + TimeSpan.FromHours(1));
        Assert.Equal(RemovedNodes.Max, swarm.RemovedNodes!.Count);
        Assert.DoesNotContain("first", Ids(swarm));
    }

    [Fact]
    public void SwarmOfAnEarlierVersion_RemembersNone()
    {
        // Fields at their default are not written: these are the bytes of before.
        var read = (SwarmObject)StoreEncoding.ReadObject(ObjectKind.Swarm, StoreEncoding.Write(Swarm));
        Assert.Null(read.RemovedNodes);
        Assert.False(RemovedNodes.Contains(read, "a", Now));
        Assert.False(RemovedNodes.Contains(null, "a", Now));
    }

    private static SwarmObject Lasting(TimeSpan expiry) => new() { Id = "swarm", Spec = new() { CAConfig = new() { NodeCertExpiry = expiry } } };

    private static IEnumerable<string> Ids(SwarmObject swarm) => swarm.RemovedNodes!.Select(node => node.Id).Order();
}
