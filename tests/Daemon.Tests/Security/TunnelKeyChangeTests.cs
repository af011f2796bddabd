using SwarmPS.Api;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Security;

public sealed class TunnelKeyChangeTests
{
    private static readonly Timestamp Now = Timestamp.From(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public void FirstKeys_AreTheOneToSealWith_AndTheOneThatFollows()
    {
        var ring = TunnelKeyChange.Next(null, isNeeded: true, Now)!;
        Assert.Equal([1u, 2u], ring.Keys.Select(key => key.Epoch));
        Assert.Equal((1u, Now), (ring.Epoch, ring.RotatedAt));
        Assert.All(ring.Keys, key => Assert.Equal(32, key.Key.Bytes.Length));
        Assert.NotEqual(ring.Keys[0].Key, ring.Keys[1].Key);
        Assert.NotEqual(ring.Keys[0].Key, TunnelKeyChange.Next(null, isNeeded: true, Now)!.Keys[0].Key);
    }

    [Fact]
    public void Change_SealsWithAKeyThatAllHave_AndKeepsTheOneBefore_AlsoWhereEpochsBeginAnew()
    {
        var ring = TunnelKeyChange.Next(null, isNeeded: true, Now)!;
        for (var change = 0; change < 600; change++)
        {
            var next = TunnelKeyChange.Next(ring, isNeeded: true, Now)!;
            var before = ring.Keys.Single(key => key.Epoch == ring.Epoch);
            var sealing = next.Keys.Single(key => key.Epoch == next.Epoch);
            Assert.Contains(sealing, ring.Keys);
            Assert.Contains(before, next.Keys);
            Assert.NotEqual(before, sealing);
            Assert.Equal(3, next.Keys.Select(key => key.Epoch).Distinct().Count());
            Assert.DoesNotContain(next.Keys[^1], ring.Keys);
            Assert.InRange(next.Keys[^1].Epoch, 1u, 255u);
            ring = next;
        }
    }

    [Fact]
    public void KeysThatNobodyNeeds_Go() => Assert.Null(TunnelKeyChange.Next(TunnelKeyChange.Next(null, isNeeded: true, Now), isNeeded: false, Now));

    [Fact]
    public void NoText_AndNoAnswer_ShowsAKey()
    {
        var swarm = new SwarmObject { Id = "swarm", TunnelKeys = TunnelKeyChange.Next(null, isNeeded: true, Now) };
        foreach (var text in new[] { ApiJson.Write(swarm), swarm.ToString(), swarm.TunnelKeys!.ToString(), swarm.TunnelKeys.Keys[0].ToString() })
        {
            Assert.DoesNotContain(Convert.ToBase64String(swarm.TunnelKeys.Keys[0].Key.Bytes), text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"Keys\"", text, StringComparison.Ordinal);
        }
    }
}
