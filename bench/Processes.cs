using System.Diagnostics;

namespace SwarmPS.Bench;

/// <summary>Processes that a benchmark starts and ends.</summary>
internal sealed class Processes : IAsyncDisposable
{
    private readonly List<Process> running = [];

    /// <summary>A folder of the benchmark's own, removed at its end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("swarmps-bench-").FullName;

    /// <summary>Starts an engine of the benchmark's own and gives its socket.</summary>
    public async Task<string> StartEngineAsync()
    {
        var socket = Path.Combine(Folder, "docker.sock");
        Start("dockerd", "--data-root", Path.Combine(Folder, "data"), "--exec-root", Path.Combine(Folder, "exec"),
            "--pidfile", Path.Combine(Folder, "docker.pid"), "-H", $"unix://{socket}", "--cgroup-parent", "/swps-bench");
        await UntilAnswersAsync(socket);
        return socket;
    }

    /// <summary>Starts the daemon beside an engine and gives its socket and process.</summary>
    public async Task<(string Socket, Process Process)> StartDaemonAsync(string engine, string name = "swarmpsd")
    {
        var socket = Path.Combine(Folder, $"{name}.sock");
        var process = Start(DaemonPath(), "run", "--data-root", Path.Combine(Folder, name), "--host", $"unix://{socket}", "--engine", $"unix://{engine}", "--log-level", "warning");
        await UntilAnswersAsync(socket);
        return (socket, process);
    }

    /// <summary>Imports a small image made of the machine's own busybox.</summary>
    public async Task ImportImageAsync(string engine, string name)
    {
        var script = $"""
            set -e; root={Folder}/rootfs; mkdir -p $root/bin; cp /bin/busybox $root/bin/
            for tool in sh sleep cat echo; do ln -sf busybox $root/bin/$tool; done
            tar -C $root -c . | docker -H unix://{engine} import - {name}
            """;
        var shell = Start("sh", "-c", script);
        await shell.WaitForExitAsync();
        if (shell.ExitCode != 0)
            throw new InvalidOperationException("The image could not be imported; is busybox-static installed?");
    }

    /// <summary>The path of the daemon that is measured: SWARMPSD, or the built one.</summary>
    public static string DaemonPath() =>
        Environment.GetEnvironmentVariable("SWARMPSD") ?? Path.GetFullPath(Path.Combine(Environment.CurrentDirectory, "artifacts", "swarmpsd", "swarmpsd"));

    /// <summary>Ends a process as an administrator would.</summary>
    public static async Task StopAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running.AsEnumerable().Reverse().Where(process => !process.HasExited))
            await StopAsync(process);
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Starts a program that ends with the benchmark.</summary>
    public Process Start(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        running.Add(process);
        return process;
    }

    /// <summary>Waits for what a program that was started does.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException(otherwise);
            await tick.WaitForNextTickAsync();
        }
    }

    private async Task UntilAnswersAsync(string socket)
    {
        using var http = new UnixHttp(socket);
        await UntilAsync(http.AnswersAsync, $"Nobody answers at {socket}.");
    }
}
