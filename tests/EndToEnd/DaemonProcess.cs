using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SwarmPS.Api;
using SwarmPS.TestKit;

namespace SwarmPS.EndToEnd;

/// <summary>A real <c>swarmpsd</c> with a data root of its own.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly string engineSocket;
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    public DaemonProcess(string engineSocket)
    {
        this.engineSocket = engineSocket;
        Folder = Directory.CreateTempSubdirectory("swarmps-e2e-").FullName;
        Client = new(SwarmEndpoint.Parse(Address));
    }

    /// <summary>The test's own folder.</summary>
    public string Folder { get; }

    public string DataRoot => Path.Combine(Folder, "root");

    public string Address => "unix://" + Path.Combine(Folder, "api.sock");

    public SwarmClient Client { get; }

    /// <summary>Further arguments of <c>swarmpsd run</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public Process Process => process ?? throw new InvalidOperationException("The daemon was not started.");

    /// <summary>What the daemon has printed, for a failing test's message.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>The daemon's program: SWARMPSD, or the one built with these tests.</summary>
    public static string Program => Environment.GetEnvironmentVariable("SWARMPSD") ?? Path.Combine(AppContext.BaseDirectory, "swarmpsd");

    /// <summary>Starts the daemon and waits until it answers.</summary>
    public async Task StartAsync()
    {
        Launch();
        await Eventually.TrueAsync(async () => Process.HasExited ? throw new InvalidOperationException($"The daemon ended with {Process.ExitCode}:\n{Output}") : await AnswersAsync(),
            () => $"the daemon to answer; it printed:\n{Output}");
    }

    /// <summary>Starts the daemon without waiting for it to answer.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo(Program, ["run", "--data-root", DataRoot, "--host", Address, "--engine", "unix://" + engineSocket, "--hostname", "e2e", .. Arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Makes a swarm of this one node.</summary>
    public Task<string> InitializeAsync(CancellationToken stop) =>
        Client.InitializeSwarmAsync(new SwarmInitRequest { ListenAddr = $"127.0.0.1:{FreePorts.Pair()}", AdvertiseAddr = "127.0.0.1" }, stop);

    /// <summary>Ends the daemon as a crash would.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    /// <summary>Ends the daemon as an administrator would; gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Process.Id}"]);
        await kill.WaitForExitAsync();
        await Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return Process.ExitCode;
    }

    /// <summary>Leaves the swarm, so that its containers go, and ends the daemon.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            if ((await Client.GetInfoAsync(deadline.Token)).Swarm?.LocalNodeState is "active" or "error")
                await Client.LeaveSwarmAsync(force: true, deadline.Token);
            await StopAsync();
        }
        Client.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Client.GetInfoAsync(CancellationToken.None);
            return true;
        }
        catch (SwarmUnreachableException)
        {
            return false;
        }
    }
}
