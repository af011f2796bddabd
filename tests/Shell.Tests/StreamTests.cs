namespace SwarmPS.Shell.Tests;

public sealed class StreamTests : IDisposable
{
    private readonly ShellProcess shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task Errors_GoToTheErrorStream_InPlainText()
    {
        var result = await shell.ScriptAsync("'before'; Get-Command no-such-thing; 'after'");

        Assert.Equal(["before", "after"], result.Lines);
        Assert.Contains("no-such-thing", result.Error);
        Assert.Contains("test.ps1:1", result.Error);
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }

    [Fact]
    public async Task TerminatingError_IsToldOnce()
    {
        var result = await shell.ScriptAsync("throw 'the disk is full'");

        Assert.Equal("", result.Output);
        Assert.Single(result.Error.Split('\n'), line => line.TrimStart(' ', '|').StartsWith("the disk is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WarningsAndVerboseText_GoToTheErrorStream()
    {
        var result = await shell.ScriptAsync("""
            [CmdletBinding()] param()
            $VerbosePreference = 'Continue'
            $PSCmdlet.WriteWarning('careful'); $PSCmdlet.WriteVerbose('details'); 'data'
            """);

        Assert.Equal("data", result.Output.Trim());
        Assert.Equal(["WARNING: careful", "VERBOSE: details"], result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task Objects_AreFormattedAsTables()
    {
        var result = await shell.CommandAsync("[pscustomobject]@{ Name = 'web'; Replicas = 3 }, [pscustomobject]@{ Name = 'db'; Replicas = 1 }");

        Assert.Matches(@"^Name\s+Replicas$", result.Lines[0]);
        Assert.Matches(@"^db\s+1$", result.Lines[^1]);
    }

    [Fact]
    public async Task Progress_IsSilentWhenRedirected()
    {
        var result = await shell.ScriptAsync("""
            [CmdletBinding()] param()
            $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'converging', '1 of 3'))
            'done'
            """);

        Assert.Equal(("done", ""), (result.Output.Trim(), result.Error));
    }

    [Fact]
    public async Task Text_BeyondAscii_Survives()
    {
        var result = await shell.CommandAsync("'Größe ✓ 漢字'");

        Assert.Equal("Größe ✓ 漢字", result.Output.Trim());
    }

    [Fact]
    public async Task Programs_WriteStraightThrough_AndTheirOutputCanBeTaken()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It runs sh.");

        var result = await shell.ScriptAsync("/bin/sh -c 'echo out; echo err >&2'; $x = /bin/sh -c 'echo taken'; \"got $x\"; 'in' | /bin/cat");

        Assert.Equal(["out", "got taken", "in"], result.Lines);
        Assert.Equal("err", result.Error.Trim());
    }

    [Fact]
    public async Task OutString_IsWhatIsShown_AsWideAsAsked()
    {
        var result = await shell.CommandAsync("$long = [pscustomobject]@{ Text = 'x' * 60; Other = 1 }; ($long | Out-String -Width 40 -Stream).Where({ $_ })[-1].Length; ('a', 'b' | Out-String).Length");

        Assert.True(int.Parse(result.Lines[0]) <= 40, result.Output);
        Assert.Equal((2 * ("a".Length + Environment.NewLine.Length)).ToString(), result.Lines[1]);
    }
}
