using System.Diagnostics;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>A real engine of the tests' own, with a small image; and the real docker client. Missing where the machine has none.</summary>
public sealed class RealEngine : IAsyncLifetime
{
    public const string Image = "swarmps-test:1";

    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-eng-").FullName;
    private Process? engine;

    public string Socket => Path.Combine(folder, "e.sock");

    /// <summary>Why there is no engine, or null.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !File.Exists("/usr/sbin/dockerd") && !File.Exists("/usr/bin/dockerd"))
        {
            Missing = "needs root on Linux with dockerd and docker installed";
            return;
        }
        var group = "/swps-test-" + Path.GetFileName(folder)[^6..];
        engine = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec dockerd --data-root {folder}/data --exec-root {folder}/exec --pidfile {folder}/pid -H unix://{Socket} --bridge=none --iptables=false --cgroup-parent {group} >{folder}/log 2>&1"]))!;
        await ReadyAsync();
        await ImportAsync();
    }

    /// <summary>Runs the docker client against a socket; gives what it wrote, both streams.</summary>
    public static async Task<(int ExitCode, string Output)> DockerAsync(string socket, string? input, CancellationToken stop, params string[] arguments)
    {
        using var docker = Process.Start(new ProcessStartInfo("docker", ["-H", $"unix://{socket}", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var written = Task.WhenAll(docker.StandardOutput.ReadToEndAsync(stop), docker.StandardError.ReadToEndAsync(stop));
        if (input is not null)
            await docker.StandardInput.WriteAsync(input);
        docker.StandardInput.Close();
        try
        {
            await docker.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            docker.Kill();
            throw new TimeoutException($"docker {string.Join(' ', arguments)} did not end in time");
        }
        var texts = await written;
        return (docker.ExitCode, texts[0] + texts[1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (engine is not null)
        {
            using (var term = Process.Start("kill", [engine.Id.ToString()]))
                await term.WaitForExitAsync();
            await engine.WaitForExitAsync();
            engine.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadyAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!File.Exists(Socket) || (await DockerAsync(Socket, null, deadline.Token, "version")).ExitCode != 0)
            await timer.WaitForNextTickAsync(deadline.Token);
    }

    private async Task ImportAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tar = Process.Start(new ProcessStartInfo("/bin/sh", ["-c",
            $"mkdir -p {folder}/rootfs/bin && cp /bin/busybox {folder}/rootfs/bin/ && cd {folder}/rootfs/bin && for i in sh sleep cat echo; do ln -s busybox $i; done && tar -C {folder}/rootfs -cf {folder}/image.tar . && docker -H unix://{Socket} import {folder}/image.tar {Image}"])
        {
            RedirectStandardOutput = true,
        })!;
        await tar.WaitForExitAsync(deadline.Token);
        Assert.Equal(0, tar.ExitCode);
    }
}
