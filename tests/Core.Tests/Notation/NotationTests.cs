using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Core.Tests.Notation;

public sealed class NotationTests
{
    [Theory]
    [InlineData("90s", 90_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("300ms", 300)]
    [InlineData("0", 0)]
    [InlineData("-2s", -2_000)]
    [InlineData("00:01:30", 90_000)]
    public void Duration_IsRead(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("1x")]
    [InlineData("s")]
    [InlineData("1.2.3s")]
    [InlineData("9999999999999h")]
    public void NoDuration_IsRefused_SayingWhatWasExpected(string text) =>
        Assert.Contains("1m30s", Assert.Throws<FormatException>(() => Durations.Parse(text)).Message);

    [Theory]
    [InlineData("1h0m0s")]
    [InlineData("1m30s")]
    [InlineData("1.5s")]
    [InlineData("300ms")]
    [InlineData("0s")]
    public void Duration_IsWrittenAsGoDoes(string text) => Assert.Equal(text, Durations.Format(Durations.Parse(text)));

    [Theory]
    [InlineData("512m", 512L << 20)]
    [InlineData("512MB", 512L << 20)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("1024", 1024)]
    [InlineData("10 kb", 10_240)]
    public void Size_IsRead(string text, long bytes) => Assert.Equal(bytes, ByteSizes.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1m")]
    [InlineData("5x")]
    [InlineData("99999999p")]
    public void NoSize_IsRefused(string text) => Assert.Throws<FormatException>(() => ByteSizes.Parse(text));

    [Fact]
    public void Id_HasTwentyFiveDigits_AndKeepsAllBits()
    {
        var id = ObjectIds.Format([255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
        Assert.Equal("f5lxx1zz5pnorynqglhzmsp33", id);
        Assert.Equal(new string('0', 24) + "1", ObjectIds.Format([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
    }

    [Theory]
    [InlineData("2020-06-19T19:14:45.311963014Z")]
    [InlineData("2020-06-19T19:14:45Z")]
    [InlineData("1969-12-31T23:59:59.9Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void Time_IsWrittenBackToTheNanosecond(string text)
    {
        Assert.True(Timestamp.TryParse(text, out var time));
        Assert.Equal(text, time.ToString());
    }

    [Fact]
    public void TimeWithOffset_IsReadAsUtc()
    {
        Assert.True(Timestamp.TryParse("2020-06-19T21:14:45.5+02:00", out var time));
        Assert.Equal("2020-06-19T19:14:45.5Z", time.ToString());
    }
}
