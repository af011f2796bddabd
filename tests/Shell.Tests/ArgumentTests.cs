namespace SwarmPS.Shell.Tests;

public sealed class ArgumentTests : IDisposable
{
    private const string Script = """
        param([string] $Name = 'none', [switch] $Clean, [int] $Count = 1, [Parameter(ValueFromRemainingArguments)] [string[]] $Rest)
        "$Name,$Clean,$Count,$($Rest -join '|')"
        """;

    private readonly ShellProcess shell = new();

    public void Dispose() => shell.Dispose();

    [Theory]
    [InlineData("none,False,1,")]
    [InlineData("web,True,3,a|b", "-Name", "web", "-Clean", "-Count", "3", "a", "b")]
    [InlineData("web,False,4,a", "web", "4", "a")]
    [InlineData("web,False,1,", "-Name:web")]
    [InlineData("web,False,1,", "-Name:", "web")]
    [InlineData("none,False,1,", "-Clean:$false")]
    [InlineData("none,True,1,", "-Clean:$true")]
    [InlineData("none,True,1,", "-cl")]
    [InlineData("two words,False,1,", "-Name", "two words")]
    [InlineData("$HOME; exit 3,False,1,", "-Name", "$HOME; exit 3")]
    [InlineData(",False,1,", "-Name", "")]
    [InlineData("-,False,1,", "-Name", "-")]
    public async Task Arguments_AreBoundAsByPwsh(string expected, params string[] arguments)
    {
        var result = await shell.RunAsync(["-NoProfile", "-NonInteractive", "-File", shell.Script(Script), .. arguments]);

        Assert.Equal((expected, "", 0), (result.Output.TrimEnd('\r', '\n'), result.Error, result.ExitCode));
    }

    [Fact]
    public async Task Argument_OfTheWrongType_FailsAndNamesTheParameter()
    {
        var result = await shell.RunAsync([shell.Script(Script), "-Count", "many"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Count", result.Error);
    }

    [Fact]
    public async Task Script_KnowsItsPlace()
    {
        Directory.CreateDirectory(Path.Combine(shell.Folder, "sub"));
        shell.Script("\"$PSScriptRoot\"; \"$PSCommandPath\"; \"$($MyInvocation.MyCommand.Name)\"; \"$PWD\"", "sub/place.ps1");

        var result = await shell.RunAsync(["sub/place.ps1"]);

        var folder = Path.Combine(shell.Folder, "sub");
        Assert.Equal([folder, Path.Combine(folder, "place.ps1"), "place.ps1", shell.Folder], result.Lines);
    }

    [Fact]
    public async Task WorkingDirectory_IsWhereItStarts()
    {
        Directory.CreateDirectory(Path.Combine(shell.Folder, "sub"));

        var result = await shell.RunAsync(["-WorkingDirectory", "sub", "-Command", "\"$PWD\""]);

        Assert.Equal(Path.Combine(shell.Folder, "sub"), result.Output.Trim());
    }

    [Fact]
    public async Task Script_WithoutTheEnding_IsStartedByItsFirstLine()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows goes by the ending.");
            return;
        }

        var name = shell.Script($"#!{ShellProcess.Program}\nparam($Who) \"hello $Who\"; exit 6", "greet");
        File.SetUnixFileMode(Path.Combine(shell.Folder, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var result = await shell.RunAsync(["-Command", "./greet -Who you; $LASTEXITCODE"]);

        Assert.Equal(["hello you", "6"], result.Lines);
    }

    [Fact]
    public async Task Command_IsTheRestOfTheLine()
    {
        var result = await shell.RunAsync(["-c", "1..2", "|", "ForEach-Object", "{ $_ * 2 }"]);

        Assert.Equal(["2", "4"], result.Lines);
    }
}
