namespace SwarmPS.EndToEnd;

/// <summary>A person at a terminal, made by <c>script</c>, in a task on a real engine.</summary>
public sealed class TerminalTests(EngineFixture engine) : IAsyncLifetime
{
    private DaemonProcess daemon = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        Terminal.SkipUnlessPossible();
        daemon = new(engine.Socket);
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task Shell_InATask_TakesKeys_IsLeft_AndTheTerminalIsAsBefore()
    {
        await new DockerClient(daemon.Address).RunAsync("service", "create", "--name", "web", "--stop-grace-period", "0s", engine.Image, "sleep", "3600");
        using var terminal = new Terminal(daemon.Folder, $"""
            Connect-Swarm -Socket '{daemon.Address}' | Out-Null
            Enter-SwarmTask web
            "ended with $LASTEXITCODE"
            Enter-SwarmTask web sh, -c, 'echo inside; sleep 3600' -Verbose
            """);
        await terminal.ShowsAsync("# ");
        await terminal.TypeAsync("/bin/busybox stty size; echo in-$((6*7))\r");
        await terminal.ShowsAsync("in-42");
        Assert.Contains("33 99", terminal.Shown);
        // Interrupts the line inside, not the session here.
        await terminal.TypeAsync("echo be''gun; sleep 1000\r");
        await terminal.ShowsAsync("begun");
        await terminal.TypeAsync(Terminal.ControlC);
        await terminal.TypeAsync("exit 7\r");
        await terminal.ShowsAsync("ended with 7");
        await terminal.ShowsAsync("\ninside");
        await terminal.TypeAsync("\u0010\u0011");
        await terminal.ShowsAsync("was left running");
        await terminal.EndsAsync();
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(daemon.Folder, "before")), await File.ReadAllTextAsync(Path.Combine(daemon.Folder, "after")));
    }
}
