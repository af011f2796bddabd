using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.Bench;

/// <summary>The daemon by itself: how soon it answers, what memory an idle swarm of one node takes, how long a warm request takes.</summary>
internal static class DaemonFootprint
{
    private const int Requests = 500;

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        await using var processes = new Processes();
        var engine = await processes.StartEngineAsync();
        var (cold, resumed) = (new Samples(), new Samples());
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            var (socket, process) = await processes.StartDaemonAsync(engine, $"d{round}");
            cold.Add(clock.Elapsed);
            using var api = new UnixHttp(socket);
            await api.PostAsync("swarm/init", new { ListenAddr = $"127.0.0.1:{23000 + (10 * round)}", AdvertiseAddr = "127.0.0.1" });
            if (round == 0)
                await MeasureIdleAsync(api, process);
            await Processes.StopAsync(process);
            clock.Restart();
            (_, process) = await processes.StartDaemonAsync(engine, $"d{round}");
            while ((string?)(await api.GetAsync("info"))["Swarm"]!["LocalNodeState"] != "active")
                await Task.Yield();
            resumed.Add(clock.Elapsed);
            await Processes.StopAsync(process);
        }
        Console.WriteLine($"start to first answer        {cold}");
        Console.WriteLine($"start to back in the swarm   {resumed}");
    }

    private static async Task MeasureIdleAsync(UnixHttp api, Process process)
    {
        var (ping, services) = (new Samples(), new Samples());
        for (var i = 0; i < Requests; i++)
        {
            var clock = Stopwatch.StartNew();
            await api.AnswersAsync();
            ping.Add(clock.Elapsed);
            clock.Restart();
            await api.GetAsync("services");
            services.Add(clock.Elapsed);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"warm _ping p50 {ping.Median * 1000:0.00} ms, warm services list p50 {services.Median * 1000:0.00} ms"));
        using var settle = new PeriodicTimer(TimeSpan.FromSeconds(10));
        await settle.WaitForNextTickAsync();
        process.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory of an idle one-node swarm after 10 s   {process.WorkingSet64 / 1048576.0:0} MB RSS"));
    }
}
