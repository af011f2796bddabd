namespace SwarmPS.EndToEnd;

/// <summary>A cmdlet that waits, in the real <c>pwsh</c>: at a terminal, and in a script without one. It needs no engine.</summary>
public sealed class WaitingTests : IAsyncLifetime
{
    private readonly DaemonProcess daemon = new("/nonexistent/engine.sock");

    /// <summary>A service that no node may run, so that waiting for it takes as long as it is let.</summary>
    private string Waiting => $"""
        Connect-Swarm -Socket '{daemon.Address}' | Out-Null
        New-SwarmService -Name stuck -Image example/none:1 -NoResolveImage -Constraint node.hostname==nowhere
        """;

    public async ValueTask InitializeAsync()
    {
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task Progress_IsShownWhileItWaits_AndControlCEndsTheWait()
    {
        Terminal.SkipUnlessPossible();
        using var terminal = new Terminal(daemon.Folder, $$"""
            try { {{Waiting}} } finally { [Console]::WriteLine('clean' + 'ed') }
            """);
        await terminal.ShowsAsync("stuck [");
        await terminal.TypeAsync(Terminal.ControlC);
        await terminal.ShowsAsync("cleaned");

        await terminal.EndsAsync();
        // What was asked for stays: only the wait was ended.
        Assert.Contains(await daemon.Client.ListServicesAsync(new(), CancellationToken.None), service => service.Spec!.Name == "stuck");
    }

    [Fact]
    public async Task Script_WithoutATerminal_ShowsNoProgress_AndFailsWithItsCmdlet()
    {
        var (code, output, error) = await ShellScript.EndAsync($"{Waiting} -Timeout 1s\n'never'");

        Assert.Equal(1, code);
        Assert.Contains("0 of 1 tasks running after 1s", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("stuck [", output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("never", output, StringComparison.Ordinal);
    }
}
