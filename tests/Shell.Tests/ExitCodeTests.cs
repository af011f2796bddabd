using System.Diagnostics;

namespace SwarmPS.Shell.Tests;

public sealed class ExitCodeTests : IDisposable
{
    private readonly ShellProcess shell = new();

    public void Dispose() => shell.Dispose();

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("'done'", 0)]
    [InlineData("throw 'no'", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-Command no-such-thing", 1)]
    // An error that does not terminate is no failure of the script, as in pwsh.
    [InlineData("Get-Command no-such-thing; 'on'", 0)]
    [InlineData("$null.Nothing(); 'on'", 0)]
    [InlineData("function f { exit 3 } f; 'never'", 3)]
    [InlineData("try { exit 4 } finally { 'last' }", 4)]
    public async Task Script_EndsWithItsCode(string script, int code)
    {
        Assert.Equal(code, (await shell.ScriptAsync(script)).ExitCode);
    }

    [Theory]
    [InlineData("exit 9", 9)]
    [InlineData("1", 0)]
    [InlineData("throw 'no'", 1)]
    [InlineData("1/0", 1)]
    [InlineData("1/0; 1", 0)]
    [InlineData("Get-Command no-such-thing -ErrorAction Ignore", 1)]
    [InlineData("if (", 1)]
    public async Task Command_EndsAsItsLastOneDid(string command, int code)
    {
        Assert.Equal(code, (await shell.CommandAsync(command)).ExitCode);
    }

    [Fact]
    public async Task Program_ThatFails_FailsTheCommandAndNotTheScript()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It runs sh.");

        Assert.Equal(1, (await shell.CommandAsync("/bin/sh -c 'exit 3'")).ExitCode);
        var script = await shell.ScriptAsync("/bin/sh -c 'exit 3'; $LASTEXITCODE");
        Assert.Equal((0, "3"), (script.ExitCode, script.Output.Trim()));
    }

    [Fact]
    public async Task Exit_InACalledScript_EndsThatScriptOnly()
    {
        shell.Script("exit 7", "inner.ps1");

        var outer = await shell.ScriptAsync("& $PSScriptRoot/inner.ps1; \"inner $LASTEXITCODE\"; exit 5");

        Assert.Equal((5, "inner 7"), (outer.ExitCode, outer.Output.Trim()));
    }

    [Theory]
    [InlineData("there is no script", "-File", "missing.ps1")]
    [InlineData("there is no script", "missing.ps1")]
    [InlineData("-Fiel is not an option", "-Fiel", "x.ps1")]
    [InlineData("-File needs", "-File")]
    [InlineData("-Command needs", "-Command")]
    [InlineData("-WorkingDirectory needs", "-WorkingDirectory")]
    public async Task CommandLine_ThatCannotBeRun_Gives64AndSaysWhy(string why, params string[] arguments)
    {
        var result = await shell.RunAsync(arguments);

        Assert.Equal((64, ""), (result.ExitCode, result.Output));
        Assert.Contains(why, result.Error);
    }

    [Theory]
    [InlineData("INT", 130, "while ($true) { }")]
    [InlineData("TERM", 143, "while ($true) { }")]
    [InlineData("INT", 130, "$Host.UI.ReadLine()")]
    [InlineData("TERM", 143, "$Host.UI.ReadLine()")]
    public async Task Signal_StopsTheScript_AndItsFinallyBlocksRun(string signal, int code, string busy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        var script = shell.Script($$"""
            try { [IO.File]::WriteAllText("$PSScriptRoot/started", ''); {{busy}} }
            finally { [IO.File]::WriteAllText("$PSScriptRoot/cleaned", '') }
            """);

        var result = await shell.RunAsync([script], meanwhile: async process =>
        {
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(shell.Folder, "started")), "the script to start");
            using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
            await kill.WaitForExitAsync();
        });

        Assert.Equal(code, result.ExitCode);
        Assert.True(File.Exists(Path.Combine(shell.Folder, "cleaned")));
    }

    [Fact]
    public async Task VersionAndHelp_ArePrintedAndSucceed()
    {
        var version = await shell.RunAsync(["-Version"]);
        var help = await shell.RunAsync(["--help"]);

        Assert.Equal((0, 0), (version.ExitCode, help.ExitCode));
        Assert.Matches(@"^swarmps \d+\.\d+\.\d+ \(PowerShell 7\.", version.Output);
        Assert.Contains("-NonInteractive", help.Output);
    }
}
