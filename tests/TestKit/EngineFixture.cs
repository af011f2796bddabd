using System.Diagnostics;

namespace SwarmPS.TestKit;

/// <summary>
/// A real Docker Engine of the tests' own, with a small image made of the machine's busybox. One for an assembly:
/// <c>[assembly: AssemblyFixture(typeof(EngineFixture))]</c>. Where none can run, tests that need one are skipped with the reason.
/// </summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private static readonly string[] Tools = ["sh", "sleep", "cat", "echo", "true", "false", "kill", "printenv", "id", "test", "touch", "ls", "rm", "httpd", "wget"];

    private Process? engine;

    /// <summary>The engine's own folder.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>The path of the engine's socket.</summary>
    public string Socket => Path.Combine(Folder, "docker.sock");

    /// <summary>The network namespace to run the engine in, as <c>ip netns</c> names it; null for the tests' own.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>A small image with a shell.</summary>
    public string Image => "swarmps/test:1";

    /// <summary>Why there is no engine; null where there is one.</summary>
    public string? Missing { get; private set; }

    /// <summary>Skips the calling test where there is no engine.</summary>
    public void SkipUnlessUsable() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Missing = Reason();
        if (Missing is not null)
            return;
        Folder = Directory.CreateTempSubdirectory("swarmps-engine-").FullName;
        await StartAsync();
        await MakeImageAsync();
    }

    /// <summary>Starts the engine, also after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAsync()
    {
        // What kill -9 leaves behind would be taken for a running engine and a running containerd, which dies with its engine.
        foreach (var stale in new[] { Path.Combine(Folder, "docker.pid"), Path.Combine(Folder, "exec", "containerd", "containerd.pid") })
        {
            if (File.Exists(stale))
                File.Delete(stale);
        }
        // Not "ip netns exec", which would mount another /sys without cgroups.
        string[] within = NetworkNamespace is null ? [] : ["nsenter", "--net=/run/netns/" + NetworkNamespace];
        string[] command =
        [
            .. within, "dockerd", "--data-root", Path.Combine(Folder, "data"), "--exec-root", Path.Combine(Folder, "exec"), "--pidfile", Path.Combine(Folder, "docker.pid"),
            "-H", "unix://" + Socket, "--cgroup-parent", "/swps-test", "--live-restore",
        ];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        engine = Process.Start(start)!;
        var log = new System.Collections.Concurrent.ConcurrentQueue<string>();
        engine.ErrorDataReceived += (_, line) => log.Enqueue(line.Data ?? "");
        engine.OutputDataReceived += (_, line) => log.Enqueue(line.Data ?? "");
        engine.BeginErrorReadLine();
        engine.BeginOutputReadLine();
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (await RunAsync("docker", "-H", "unix://" + Socket, "version") != 0)
        {
            if (engine.HasExited || late.IsCancellationRequested)
                throw new InvalidOperationException($"dockerd did not start:\n{string.Join('\n', log)}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Stops the engine as an administrator would; containers stay.</summary>
    public async Task StopAsync()
    {
        await RunAsync("kill", "-TERM", $"{engine!.Id}");
        await engine.WaitForExitAsync();
    }

    /// <summary>Ends the engine as a crash would.</summary>
    public async Task KillAsync()
    {
        engine!.Kill();
        await engine.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Missing is not null)
            return;
        if (engine is null or { HasExited: true })
            await StartAsync();
        var left = await OutputAsync("docker", "-H", "unix://" + Socket, "ps", "-aq");
        if (left.Length > 0)
            await RunAsync("docker", ["-H", "unix://" + Socket, "rm", "-f", .. left.Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
        await StopAsync();
        await UnmountAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>An engine that was killed leaves its mounts behind.</summary>
    private async Task UnmountAsync()
    {
        var mounts = (await File.ReadAllLinesAsync("/proc/self/mounts")).Select(line => line.Split(' ')[1]).Where(path => path.StartsWith(Folder + "/", StringComparison.Ordinal));
        foreach (var path in mounts.Reverse().ToList())
            await RunAsync("umount", path);
    }

    private static string? Reason()
    {
        if (!OperatingSystem.IsLinux())
            return "a Docker Engine for tests is started on Linux only";
        if (!Environment.IsPrivilegedProcess)
            return "starting a Docker Engine needs root";
        var missing = new[] { "dockerd", "docker" }.Where(program => !OnPath(program)).ToList();
        if (!File.Exists("/bin/busybox"))
            missing.Add("busybox-static");
        return missing.Count == 0 ? null : $"not installed here: {string.Join(", ", missing)}";
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Makes one more image like <see cref="Image"/>, with changes as a Dockerfile has them.</summary>
    public async Task ImportAsync(string image, params string[] changes)
    {
        var options = string.Join(' ', changes.Select(change => $"--change '{change}'"));
        Assert.Equal(0, await RunAsync("sh", "-c", $"tar -C {Folder}/rootfs -c . | docker -H unix://{Socket} import {options} - {image}"));
    }

    private async Task MakeImageAsync()
    {
        var root = Path.Combine(Folder, "rootfs", "bin");
        Directory.CreateDirectory(root);
        Directory.CreateDirectory(Path.Combine(Folder, "rootfs", "tmp"));
        File.Copy("/bin/busybox", Path.Combine(root, "busybox"));
        foreach (var tool in Tools)
            File.CreateSymbolicLink(Path.Combine(root, tool), "busybox");
        await ImportAsync(Image);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Runs the docker client on this engine and gives what it printed, without the last line's end. Fails the test where it fails.</summary>
    public async Task<string> DockerAsync(params string[] arguments)
    {
        using var process = Start("docker", ["-H", "unix://" + Socket, .. arguments]);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"docker {string.Join(' ', arguments)} failed with {process.ExitCode}: {await error} {output}");
        return output.TrimEnd('\n');
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await error;
        await process.WaitForExitAsync();
        return output;
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
