namespace SwarmPS.Shell.Tests;

public sealed class PromptTests : IDisposable
{
    private readonly ShellProcess shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task Statement_IsRun_AndThePromptComesBack()
    {
        await using var terminal = await OpenAsync();

        await terminal.TypeAsync("6 * 7", Terminal.Enter);
        await terminal.ShowsAsync("\n42\n");
        await terminal.ShowsAsync("PS ");
        await terminal.TypeAsync("exit 3", Terminal.Enter);

        Assert.Equal(3, await terminal.EndsAsync());
    }

    [Fact]
    public async Task Statement_OfSeveralLines_IsReadToItsEnd()
    {
        await using var terminal = await OpenAsync();

        await terminal.TypeAsync("1..2 | ForEach-Object {", Terminal.Enter);
        await terminal.ShowsAsync(">> ");
        await terminal.TypeAsync("'n' + $_", Terminal.Enter, "}", Terminal.Enter);

        await terminal.ShowsAsync("\nn1\nn2\n");
    }

    [Fact]
    public async Task Tab_CompletesCommandsParametersMembersAndPaths()
    {
        await using var terminal = await OpenAsync();
        shell.Script("", "longname.txt");

        await terminal.TypeAsync("Get-Modu", Terminal.Tab);
        await terminal.ShowsAsync("Get-Module");
        await terminal.TypeAsync(" -ListA", Terminal.Tab);
        await terminal.ShowsAsync("-ListAvailable");
        await terminal.TypeAsync(Terminal.ControlC, "$Host.CurrentCu", Terminal.Tab);
        await terminal.ShowsAsync("$Host.CurrentCulture");
        await terminal.TypeAsync(Terminal.ControlC, "cat long", Terminal.Tab);
        await terminal.ShowsAsync("cat longname.txt");
        await terminal.TypeAsync(Terminal.ControlC, "$Error.Count", Terminal.Enter);
        await terminal.ShowsAsync("\n0\n");
    }

    [Fact]
    public async Task ControlC_StopsTheCommand_AndNotTheShell()
    {
        await using var terminal = await OpenAsync();

        await terminal.TypeAsync("'loop' + 'ing'; try { while ($true) { } } finally { [Console]::WriteLine('clean' + 'ed') }", Terminal.Enter);
        await terminal.ShowsAsync("\nlooping");
        await terminal.TypeAsync(Terminal.ControlC);
        await terminal.ShowsAsync("cleaned");
        await terminal.ShowsAsync("PS ");
        await terminal.TypeAsync("'still ' + 'here'", Terminal.Enter);
        await terminal.ShowsAsync("\nstill here");
        await terminal.TypeAsync(Terminal.ControlD);

        Assert.Equal(0, await terminal.EndsAsync());
    }

    [Fact]
    public async Task ControlC_AtAQuestion_StopsWhatAsks()
    {
        shell.Script("""
            [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param()
            if ($PSCmdlet.ShouldProcess('web', 'Remove')) { 'gone' }
            """);
        await using var terminal = await OpenAsync();

        await terminal.TypeAsync("./test.ps1; 'never' + ' said'", Terminal.Enter);
        await terminal.ShowsAsync("(default is \"Y\"): ");
        await terminal.TypeAsync(Terminal.ControlC);
        await terminal.ShowsAsync("PS ");

        Assert.DoesNotContain("\ngone", terminal.Text);
        Assert.DoesNotContain("\nnever said", terminal.Text);
    }

    [Fact]
    public async Task Secret_TypedAtAQuestion_IsNotShown()
    {
        await using var terminal = await OpenAsync();

        await terminal.TypeAsync("$s = $Host.UI.ReadLineAsSecureString(); 'len' + 'gth ' + $s.Length", Terminal.Enter);
        await terminal.ShowsAsync("$s.Length");
        await Task.WhenAll(terminal.TypeAsync("hush!", Terminal.Enter), terminal.ShowsAsync("length 5"));

        Assert.DoesNotContain("hush!", terminal.Text);
    }

    [Fact]
    public async Task History_IsKeptForTheNextShell_PrivateAndWithoutSecrets()
    {
        await using (var first = await OpenAsync())
        {
            await first.TypeAsync("'SWMTKN-1-abc' -ne 'x'", Terminal.Enter);
            await first.ShowsAsync("\nTrue");
            await first.TypeAsync("'kept' + ' line'", Terminal.Enter);
            await first.ShowsAsync("\nkept line");
            await first.TypeAsync("exit", Terminal.Enter);
            await first.EndsAsync();
        }

        var file = Path.Combine(shell.Folder, "state", "swarmps", "history");
        Assert.Equal(["'kept' + ' line'", "exit"], File.ReadAllLines(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await using var second = await OpenAsync();
        await second.TypeAsync(Terminal.Up, Terminal.Up, Terminal.Enter);
        await second.ShowsAsync("\nkept line");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("1", false)]
    public async Task Colours_AreForTerminalsThatWantThem(string noColour, bool coloured)
    {
        shell.Variables["NO_COLOR"] = noColour;
        await using var terminal = Terminal.Open(shell, "-Command", "[pscustomobject]@{ Name = 'web' }; 1/0") ?? Skip();
        await terminal.EndsAsync();

        Assert.Contains("divide by zero", terminal.Text);
        Assert.Equal(coloured, terminal.Raw.Contains("\e[32;1mName", StringComparison.Ordinal));
        Assert.Equal(coloured, terminal.Raw.Contains("\e[31;1m", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Progress_IsOneLine_ThatGoesAway()
    {
        shell.Script("""
            [CmdletBinding()] param()
            foreach ($n in 1..3) { $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'converging', "$n of 3")) }
            'done'
            """);
        await using var terminal = Terminal.Open(shell, "test.ps1") ?? Skip();
        await terminal.EndsAsync();

        Assert.Contains("converging 1 of 3\r\e[2Kconverging", terminal.Raw);
        Assert.Contains("\r\e[2Kdone", terminal.Raw);
    }

    private async Task<Terminal> OpenAsync()
    {
        var terminal = Terminal.Open(shell) ?? Skip();
        await terminal.ShowsAsync("PS ");
        return terminal;
    }

    private static Terminal Skip()
    {
        Assert.Skip("There is no script of util-linux here to make a terminal.");
        return null!;
    }
}
