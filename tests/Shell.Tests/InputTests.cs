namespace SwarmPS.Shell.Tests;

public sealed class InputTests : IDisposable
{
    private const string Confirmed = """
        [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param()
        if ($PSCmdlet.ShouldProcess('service web', 'Remove')) { 'removed' } else { 'kept' }
        """;

    private readonly ShellProcess shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task RedirectedInput_IsRunStatementByStatement_WithoutAPrompt()
    {
        var result = await shell.RunAsync([], "1..2 | ForEach-Object {\n  $_ * 2\n}\n'two lines' +\n  ' of one'\n");

        Assert.Equal(["2", "4", "two lines of one"], result.Lines);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("'a'\nexit 5\n'b'\n", 5, "a")]
    [InlineData("1/0\n'on'\n", 0, "on")]
    [InlineData("'a'\n1/0\n", 1, "a")]
    [InlineData("if ($true) {\n", 1, "")]
    public async Task RedirectedInput_EndsAsItsLastStatementDid(string input, int code, string output)
    {
        var result = await shell.RunAsync(["-Command", "-"], input);

        Assert.Equal((code, output), (result.ExitCode, result.Output.Trim()));
    }

    [Theory]
    [InlineData("y\n", "removed")]
    [InlineData("Yes\n", "removed")]
    [InlineData("n\n", "kept")]
    [InlineData("\n", "removed")]
    [InlineData("what\n?\nn\n", "kept")]
    public async Task Confirmation_IsAnsweredFromTheInput(string input, string outcome)
    {
        var result = await shell.ScriptAsync(Confirmed, input);

        Assert.Contains("Remove", result.Output);
        Assert.EndsWith(outcome, result.Output.Trim());
    }

    [Fact]
    public async Task Confirmation_WithoutAnAnswer_DoesNothingAndSaysWhatToDo()
    {
        var ended = await shell.ScriptAsync(Confirmed, "");
        var alone = await shell.RunAsync(["-NonInteractive", "test.ps1"], "y\n");

        Assert.DoesNotContain("removed", ended.Output + alone.Output);
        Assert.Contains("-Confirm:$false", Unwrapped(ended.Error));
        Assert.Contains("-Confirm:$false", Unwrapped(alone.Error));
    }

    [Fact]
    public async Task Confirmation_WithConfirmFalse_AsksNothing()
    {
        var result = await shell.RunAsync(["-NonInteractive", shell.Script(Confirmed), "-Confirm:$false"]);

        Assert.Equal("removed", result.Output.Trim());
    }

    [Fact]
    public async Task MissingParameters_AreAskedFor()
    {
        var result = await shell.ScriptAsync(
            "param([Parameter(Mandatory)] [int] $Count, [Parameter(Mandatory)] [string[]] $Names) \"=$Count $($Names -join '+')\"", "3\na\nb\n\n");

        Assert.EndsWith("=3 a+b", result.Output.Trim());
    }

    [Fact]
    public async Task MissingParameters_WithNobodyToAsk_FailTheScript()
    {
        var result = await shell.RunAsync(["-NonInteractive", shell.Script("param([Parameter(Mandatory)] $Count) 'ran'")], "3\n");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("Count", result.Error);
    }

    [Fact]
    public async Task SecretsAndChoices_AreReadFromTheInput()
    {
        var result = await shell.ScriptAsync("""
            $secret = $Host.UI.ReadLineAsSecureString()
            $credential = $Host.UI.PromptForCredential('', '', 'joe', '')
            $choices = [Management.Automation.Host.ChoiceDescription[]]('&Red', '&Green', 'B&lue')
            $one = $Host.UI.PromptForChoice('Pick', 'a colour', $choices, 0)
            "=$($secret.Length) $($credential.UserName) $($credential.GetNetworkCredential().Password) $one"
            """, "four\nword\nl\n");

        Assert.EndsWith("=4 joe word 2", result.Output.Trim());
        Assert.Contains("[R] Red  [G] Green  [L] Blue", result.Output);
    }

    /// <summary>Long messages are wrapped for the eye.</summary>
    private static string Unwrapped(string text) => string.Join(' ', text.Split('\n').Select(line => line.Trim(' ', '|', '\r')));
}
