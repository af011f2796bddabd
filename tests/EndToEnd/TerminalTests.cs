using System.Diagnostics;
using System.Text;

namespace SwarmPS.EndToEnd;

/// <summary>A person at a terminal, made by <c>script</c>, in a task on a real engine.</summary>
public sealed class TerminalTests(EngineFixture engine) : IAsyncLifetime
{
    private DaemonProcess daemon = null!;
    private DockerClient docker = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "there is no script (util-linux) to make a terminal with");
        daemon = new(engine.Socket);
        docker = new(daemon.Address);
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
        await docker.RunAsync("service", "create", "--name", "web", "--stop-grace-period", "0s", engine.Image, "sleep", "3600");
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task Shell_InATask_TakesKeys_IsLeft_AndTheTerminalIsAsBefore()
    {
        var shell = Path.Combine(AppContext.BaseDirectory, "swarmps");
        var script = $"""
            Connect-Swarm -Socket '{daemon.Address}' | Out-Null
            Enter-SwarmTask web
            "ended with $LASTEXITCODE"
            Enter-SwarmTask web sh, -c, 'echo inside; sleep 3600' -Verbose
            """;
        var file = Path.Combine(daemon.Folder, "enter.ps1");
        await File.WriteAllTextAsync(file, script);
        var start = new ProcessStartInfo("script", ["-qec", $"stty -a > before; stty rows 33 cols 99; '{shell}' -File '{file}'; stty rows 0 cols 0; stty -a > after", "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = daemon.Folder,
            Environment = { ["SWARMPS_MODULE"] = Path.Combine(AppContext.BaseDirectory, "SwarmPS.psd1"), ["TERM"] = "xterm", ["SHELL"] = "/bin/sh" },
        };
        using var terminal = Process.Start(start)!;
        var shown = new StringBuilder();
        await ShowsAsync(terminal, shown, "# ");
        await TypeAsync(terminal, "/bin/busybox stty size; echo in-$((6*7))\r");
        await ShowsAsync(terminal, shown, "in-42");
        Assert.Contains("33 99", shown.ToString());
        // Interrupts the line inside, not the session here.
        await TypeAsync(terminal, "echo be''gun; sleep 1000\r");
        await ShowsAsync(terminal, shown, "begun");
        await TypeAsync(terminal, "\u0003");
        await TypeAsync(terminal, "exit 7\r");
        await ShowsAsync(terminal, shown, "ended with 7");
        await ShowsAsync(terminal, shown, "\ninside");
        await TypeAsync(terminal, "\u0010\u0011");
        await ShowsAsync(terminal, shown, "was left running");
        await terminal.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(daemon.Folder, "before")), await File.ReadAllTextAsync(Path.Combine(daemon.Folder, "after")));
    }

    private static async Task TypeAsync(Process terminal, string keys)
    {
        await terminal.StandardInput.WriteAsync(keys);
        await terminal.StandardInput.FlushAsync();
    }

    private static async Task ShowsAsync(Process terminal, StringBuilder shown, string expected)
    {
        var buffer = new char[1024];
        using var late = new CancellationTokenSource(Eventually.Deadline);
        while (!shown.ToString().Contains(expected, StringComparison.Ordinal))
        {
            try
            {
                var read = await terminal.StandardOutput.ReadAsync(buffer, late.Token);
                Assert.True(read > 0, $"the terminal ended before it showed '{expected}':\n{shown}");
                shown.Append(buffer, 0, read);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the terminal never showed '{expected}':\n{shown}");
            }
        }
    }
}
