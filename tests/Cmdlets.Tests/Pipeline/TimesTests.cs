using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.Pipeline;

public sealed class TimesTests
{
    [Theory]
    [InlineData(0, "less than a second ago")]
    [InlineData(1, "1 second ago")]
    [InlineData(59, "59 seconds ago")]
    [InlineData(60, "1 minute ago")]
    [InlineData(3599, "59 minutes ago")]
    [InlineData(7200, "2 hours ago")]
    [InlineData(86400 * 3, "3 days ago")]
    [InlineData(86400 * 20, "2 weeks ago")]
    [InlineData(86400 * 100, "3 months ago")]
    [InlineData(86400 * 800, "2 years ago")]
    public void Age_IsToldInOneUnit(int seconds, string expected)
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(20000);
        Assert.Equal(expected, Timestamp.From(now.AddSeconds(-seconds)).Ago(now));
    }
}
