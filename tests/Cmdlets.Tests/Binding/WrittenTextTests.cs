using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace SwarmPS.Cmdlets.Tests.Binding;

/// <summary>PowerShell reads 1s and 10d as numbers with a suffix; what was written must count.</summary>

public sealed class WrittenTextTests
{
    [Theory]
    [InlineData("1s", "00:00:01")]
    [InlineData("90s", "00:01:30")]
    [InlineData("1m30s", "00:01:30")]
    [InlineData("500ms", "00:00:00.5000000")]
    [InlineData("'2h'", "02:00:00")]
    [InlineData("00:01:30", "00:01:30")]
    [InlineData("([TimeSpan]::FromSeconds(3))", "00:00:03")]
    [InlineData("0", "00:00:00")]
    public void ADuration_IsTakenAsItIsWritten(string written, string expected) => Assert.Equal(expected, Run(written, "HealthInterval"));

    [Theory]
    [InlineData("30")]
    [InlineData("(30)")]
    [InlineData("'30 apples'")]
    [InlineData("10d")]
    public void ANumberWithoutAUnit_IsNoDuration(string written)
    {
        var fault = Assert.Throws<FormatException>(() => Run(written, "HealthInterval"));
        Assert.Contains("is not a duration", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("512m", 512L << 20)]
    [InlineData("512MB", 512L << 20)]
    [InlineData("'1.5g'", 3L << 29)]
    [InlineData("64k", 64L << 10)]
    [InlineData("1000", 1000)]
    [InlineData("(2GB)", 2L << 30)]
    public void ASize_IsTakenAsItIsWritten(string written, long expected) => Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), Run(written, "LimitMemory"));

    [Fact]
    public void SomethingThatIsNoSize_IsRefused() => Assert.Throws<FormatException>(() => Run("'much'", "LimitMemory"));

    /// <summary>Binds a word of a command line to a parameter of the type and with the transformation that New-SwarmService has.</summary>
    private static string Run(string written, string parameter)
    {
        var cmdlet = System.Reflection.Assembly.Load("SwarmPS.Cmdlets").GetTypes().Single(type => type.Name == "NewSwarmServiceCommand");
        var property = cmdlet.GetProperty(parameter)!;
        var transformation = property.GetCustomAttributes(typeof(ArgumentTransformationAttribute), inherit: true).Single();
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        var results = shell.AddScript($"function take {{ param([{transformation.GetType().FullName}()] [{(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType).FullName}] $Value) [string] $Value }}; take {written}").Invoke();
        return shell.HadErrors ? throw new FormatException(shell.Streams.Error[0].Exception.Message) : Assert.Single(results).ToString();
    }
}
