namespace SwarmPS.EndToEnd.History;

/// <summary>The checker is right about histories whose answer is known.</summary>
public sealed class LinearizabilityTests
{
    private static Operation Write(string value, long called, long returned) => new("k", value, null, called, returned);

    private static Operation Read(string value, long called, long returned) => new("k", null, value, called, returned);

    private static bool IsOne(params Operation[] history) => Linearizability.Broken(history, "0").Count == 0;

    [Fact]
    public void ReadAfterAWrite_GivesIt()
    {
        Assert.True(IsOne(Write("1", 1, 2), Read("1", 3, 4)));
        Assert.False(IsOne(Write("1", 1, 2), Read("0", 3, 4)));
    }

    [Fact]
    public void ReadDuringAWrite_GivesEither()
    {
        Assert.True(IsOne(Write("1", 1, 4), Read("0", 2, 3)));
        Assert.True(IsOne(Write("1", 1, 4), Read("1", 2, 3)));
        Assert.False(IsOne(Write("1", 1, 6), Read("1", 2, 3), Read("0", 4, 5)));
    }

    [Fact]
    public void WriteWhoseEndIsUnknown_MayTakeEffectLaterOrNever_ButOnce()
    {
        Assert.True(IsOne(Write("1", 1, long.MaxValue), Read("0", 2, 3), Read("1", 4, 5)));
        Assert.True(IsOne(Write("1", 1, long.MaxValue), Read("0", 2, 3)));
        Assert.False(IsOne(Write("1", 1, long.MaxValue), Write("2", 2, 3), Read("1", 4, 5), Write("3", 6, 7), Read("1", 8, 9)));
    }

    [Fact]
    public void ValueNobodyWrote_IsFound() => Assert.False(IsOne(Read("9", 1, 2)));

    [Fact]
    public void LostWrite_IsFoundAmongMany()
    {
        var history = Enumerable.Range(0, 200).SelectMany(i => new[] { Write($"{i}", 4 * i, (4 * i) + 6), Read($"{i}", (4 * i) + 7, (4 * i) + 7) }).ToArray();
        Assert.False(IsOne([.. history, Read("5", 2000, 2001)]));
    }

    [Fact]
    public void StaleRead_IsDescribed_AndOneOfAWriteUnderWayIsNot()
    {
        Assert.StartsWith("k: n2 read '1'", StaleReads.Describe([Write("1", 1, 2), Write("2", 3, 4), Read("1", 5, 6) with { Node = "n2" }]), StringComparison.Ordinal);
        Assert.Empty(StaleReads.Describe([Write("1", 1, 2), Write("2", 3, 6), Read("1", 5, 7)]));
    }
}
