namespace SwarmPS.Cmdlets.Tests.Pipeline;

/// <summary>What the cmdlets give, in the hands of PowerShell's own cmdlets.</summary>
public sealed class OtherCmdletsTests
{
    [Theory]
    [InlineData("Get-SwarmService | Select-Object -ExpandProperty Name", "db", "web")]
    [InlineData("Get-SwarmService | Sort-Object Name -Descending | ForEach-Object Name", "web", "db")]
    [InlineData("Get-SwarmService | Select-Object Name, Id | ConvertTo-Csv | Select-Object -Skip 1", "\"db\",\"db2service\"", "\"web\",\"web1service\"")]
    [InlineData("(Get-SwarmService web | ConvertTo-Json -Depth 9 | ConvertFrom-Json).Spec.Name", "web")]
    public async Task Services_AreObjectsToThem(string script, params string[] expected)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        using var prompt = new Prompt(daemon.Has(Samples.Web, Samples.Db));
        Assert.Equal(expected, prompt.Run(script).Clean().Select(item => item.ToString()));
    }

    [Fact]
    public async Task Services_AreExportedToAFile()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        using var prompt = new Prompt(daemon.Has(Samples.Web, Samples.Db));
        var outcome = prompt.Run("$f = New-TemporaryFile; Get-SwarmService | Export-Csv $f; (Import-Csv $f).Name; Remove-Item $f");
        Assert.Equal(["db", "web"], outcome.Clean().Select(item => item.ToString()));
    }

    [Fact]
    public async Task RunspacesInParallel_ConnectEachForItself()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        using var prompt = new Prompt(daemon.Has(Samples.Web, Samples.Db));
        var outcome = prompt.Run($$"""
            'web', 'db' | ForEach-Object -Parallel {
                Import-Module '{{Prompt.Module}}'
                Connect-Swarm -Socket '{{daemon.Socket}}' | Out-Null
                (Get-SwarmService $_).Name
            } | Sort-Object
            """);
        Assert.Equal(["db", "web"], outcome.Clean().Select(item => item.ToString()));
    }
}
