using SwarmPS.Daemon.Networking.Tunnel;

namespace SwarmPS.Daemon.Tests.Networking.Tunnel;

public sealed class ReplayWindowTests
{
    private readonly ReplayWindow window = new();

    [Fact]
    public void EachDatagram_IsNewOnce_InWhateverOrder()
    {
        foreach (var counter in (ulong[])[1, 5, 3, 2, 4, 100, 99, 6])
        {
            Assert.True(window.IsNew(counter));
            window.Note(counter);
            Assert.False(window.IsNew(counter));
        }
        Assert.True(window.IsNew(50));
    }

    [Fact]
    public void OldOnes_CountAsSeen()
    {
        window.Note(10_000);
        Assert.True(window.IsNew(10_000 - ReplayWindow.Size + 1));
        Assert.False(window.IsNew(10_000 - ReplayWindow.Size));
        Assert.False(window.IsNew(0));
    }

    [Fact]
    public void Jump_ForgetsWhatStoodInThePlacesBefore()
    {
        window.Note(1);
        window.Note(1 + ReplayWindow.Size - 1);
        Assert.True(window.IsNew(2));
        window.Note(1 + (3 * ReplayWindow.Size));
        Assert.True(window.IsNew(1 + (3 * ReplayWindow.Size) - 1));
        Assert.True(window.IsNew(2 + (2 * ReplayWindow.Size)));
    }

    [Fact]
    public void RandomTraffic_IsJudgedAsASetWouldJudgeIt()
    {
        var chance = new Random(7);
        var seen = new HashSet<ulong>();
        var newest = 0ul;
        for (var step = 0; step < 100_000; step++)
        {
            var counter = newest > 3000 && chance.Next(3) > 0 ? newest - (ulong)chance.Next(3000) : newest + (ulong)chance.Next(1, chance.Next(100) == 0 ? 5000 : 4);
            var expected = counter > newest || (newest - counter < ReplayWindow.Size && !seen.Contains(counter));
            Assert.Equal(expected, window.IsNew(counter));
            if (!expected)
                continue;
            window.Note(counter);
            seen.Add(counter);
            newest = Math.Max(newest, counter);
        }
    }
}
