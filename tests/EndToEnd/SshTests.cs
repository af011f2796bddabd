using SwarmPS.Api;

namespace SwarmPS.EndToEnd;

/// <summary>A daemon reached by ssh. A program of that name plays ssh: it runs here what it is asked to run on the other machine.</summary>
public sealed class SshTests : IAsyncLifetime
{
    private readonly DaemonProcess daemon = new("/nonexistent/engine.sock");
    private readonly string path = Environment.GetEnvironmentVariable("PATH")!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "ssh is played by a shell script");
        await daemon.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(daemon.Folder, "bin")).FullName;
        Write(Path.Combine(folder, "ssh"), $"""
            echo "$*" >> {daemon.Folder}/asked
            while [ "$1" != -- ]; do shift; done
            case $2 in *gone*) echo "ssh: Could not resolve hostname" >&2; exit 255;; esac
            shift 2
            exec "$@" --host {daemon.Address}
            """);
        Write(Path.Combine(folder, "swarmpsd"), $"exec {DaemonProcess.Program} \"$@\"");
        Environment.SetEnvironmentVariable("PATH", $"{folder}:{path}");
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("PATH", path);
        await daemon.DisposeAsync();
    }

    [Fact]
    public async Task Daemon_AnswersBySsh_ToManyRequestsAtOnce()
    {
        using var client = new SwarmClient(SwarmEndpoint.Parse("ssh://admin@box-1:2222"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetInfoAsync(CancellationToken.None)));
        Assert.All(answers, answer => Assert.Equal("inactive", answer.Swarm!.LocalNodeState));
        Assert.Contains("-p 2222 -- admin@box-1 swarmpsd dial-stdio", await File.ReadAllTextAsync(Path.Combine(daemon.Folder, "asked")));
    }

    [Fact]
    public async Task MachineThatIsNotReached_IsNamed_WithSshsOwnReason()
    {
        using var client = new SwarmClient(SwarmEndpoint.Parse("ssh://gone"));
        var refusal = await Assert.ThrowsAsync<SwarmUnreachableException>(() => client.GetInfoAsync(CancellationToken.None));
        Assert.Contains("The daemon of gone is not reached", refusal.Message);
        Assert.Contains("Could not resolve hostname", refusal.Message);
    }

    [Fact]
    public async Task DialStdio_WithoutDaemon_SaysSo()
    {
        var start = new System.Diagnostics.ProcessStartInfo(DaemonProcess.Program, ["dial-stdio", "--host", "unix:///nonexistent/swarmps.sock"]) { RedirectStandardError = true };
        using var dialer = System.Diagnostics.Process.Start(start)!;
        var error = await dialer.StandardError.ReadToEndAsync();
        await dialer.WaitForExitAsync();
        Assert.Equal(1, dialer.ExitCode);
        Assert.Contains("no daemon answers at unix:///nonexistent/swarmps.sock", error);
    }

    private static void Write(string file, string script)
    {
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
