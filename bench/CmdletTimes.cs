using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.Bench;

/// <summary>
/// What a user at a prompt waits for: the import of the module in fresh processes, the first cmdlets after it, and warm ones beside
/// plain requests over the same socket to the same daemon.
/// </summary>
internal static class CmdletTimes
{
    private const int Services = 20;
    private const int Calls = 500;

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 9;
        await using var processes = new Processes();
        var (socket, _) = await processes.StartDaemonAsync(await processes.StartEngineAsync());
        using var api = new UnixHttp(socket);
        await api.PostAsync("swarm/init", new { ListenAddr = "127.0.0.1:24377", AdvertiseAddr = "127.0.0.1" });
        for (var i = 0; i < Services; i++)
        {
            await api.PostAsync("services/create", new
            {
                Name = $"bench-{i}",
                TaskTemplate = new { ContainerSpec = new { Image = "example/bench:1", Env = new[] { "A=1", "B=2" } } },
                Mode = new { Replicated = new { Replicas = 0 } },
            });
        }
        var script = Path.Combine(processes.Folder, "cmdlets.ps1");
        await File.WriteAllTextAsync(script, Script);
        var (host, module) = (Host(), Path.GetFullPath(Path.Combine("artifacts", "module", "SwarmPS", "SwarmPS.psd1")));
        var (imports, first, warm) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round <= rounds; round++)
        {
            var lines = await OutputAsync(host, script, module, socket, round == rounds ? Calls : 0);
            if (round == 0)
                continue; // The files come from the disk.
            imports.Add(lines[0]);
            first.Add(lines[1]);
            lines.Skip(2).ToList().ForEach(warm.Add);
        }
        var (ping, list) = await PlainAsync(api);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"in pwsh, {rounds} fresh processes; a swarm of {Services} services, {Calls} warm calls"));
        Console.WriteLine($"  Import-Module                    {Milliseconds(imports)}");
        Console.WriteLine($"  Connect- and Get- after it       {Milliseconds(first)}");
        Console.WriteLine($"  Get-SwarmService, warm           {Milliseconds(warm)}");
        Console.WriteLine($"  plain GET /services, warm        {Milliseconds(list)}");
        Console.WriteLine($"  plain GET /_ping, warm           {Milliseconds(ping)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  Get-SwarmService / plain GET /services {warm.Median / list.Median:0.00}"));
    }

    /// <summary>Each line is a time in milliseconds: the import, the first two cmdlets, and warm calls after as many that warm up.</summary>
    private const string Script = """
        param($Module, $Socket, $Calls)
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Import-Module $Module
        $clock.Elapsed.TotalMilliseconds
        $clock.Restart()
        $null = Connect-Swarm $Socket
        $null = Get-SwarmService
        $clock.Elapsed.TotalMilliseconds
        for ($i = 0; $i -lt $Calls; $i++) { $null = Get-SwarmService }
        for ($i = 0; $i -lt $Calls; $i++) {
            $clock.Restart()
            $null = Get-SwarmService
            $clock.Elapsed.TotalMilliseconds
        }
        """;

    /// <summary>The command that starts the PowerShell that runs the build.</summary>
    private static string[] Host() => (Environment.GetEnvironmentVariable("SWARMPS_PWSH") ?? "pwsh").Split(' ');

    private static async Task<List<TimeSpan>> OutputAsync(string[] host, string script, string module, string socket, int calls)
    {
        var start = new ProcessStartInfo(host[0], [.. host[1..], "-NoProfile", "-File", script, module, socket, $"{calls}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => TimeSpan.FromMilliseconds(double.Parse(line, CultureInfo.InvariantCulture)))]
            : throw new InvalidOperationException($"{string.Join(' ', host)} ended with exit code {process.ExitCode}: {text}");
    }

    private static async Task<(Samples Ping, Samples List)> PlainAsync(UnixHttp api)
    {
        var (ping, list) = (new Samples(), new Samples());
        for (var i = 0; i < 2 * Calls; i++)
        {
            var clock = Stopwatch.StartNew();
            await api.AnswersAsync();
            var pinged = clock.Elapsed;
            clock.Restart();
            await api.GetAsync("services?status=true");
            if (i < Calls)
                continue;
            ping.Add(pinged);
            list.Add(clock.Elapsed);
        }
        return (ping, list);
    }

    private static string Milliseconds(Samples times) =>
        string.Create(CultureInfo.InvariantCulture, $"p50 {times.Median * 1000,7:0.00} ms  p90 {times.At(0.9) * 1000,7:0.00} ms");
}
