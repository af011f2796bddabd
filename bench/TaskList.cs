using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.Bench;

/// <summary>
/// A swarm with 10,000 tasks that no node may run: how long it takes to make them, to list them through the API, and to be back with
/// them after a restart. Docker's swarm mode does the same on the same engine.
/// </summary>
internal static class TaskList
{
    private const int Tasks = 10_000;

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        await using var processes = new Processes();
        var engineSocket = await processes.StartEngineAsync();
        using var engine = new UnixHttp(engineSocket);
        await MeasureAsync("Docker's swarm mode", engine, "127.0.0.1:12377", rounds);
        await engine.PostAsync("swarm/leave?force=true", null);

        var (daemonSocket, process) = await processes.StartDaemonAsync(engineSocket);
        using var daemon = new UnixHttp(daemonSocket);
        await MeasureAsync("SwarmPS", daemon, "127.0.0.1:22377", rounds);
        process.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  memory with them               {process.WorkingSet64 / 1048576.0:0} MB RSS"));
        var restarts = new Samples();
        for (var round = 0; round < rounds; round++)
        {
            // Every other time it gets no chance to leave a checkpoint.
            if (round % 2 == 0)
                process.Kill();
            else
                await Processes.StopAsync(process);
            await process.WaitForExitAsync();
            var clock = Stopwatch.StartNew();
            (_, process) = await processes.StartDaemonAsync(engineSocket);
            await daemon.GetTextAsync("swarm");
            restarts.Add(clock.Elapsed);
            if ((await daemon.GetAsync("tasks")).Count() != Tasks)
                throw new InvalidOperationException("The restarted daemon has not all tasks.");
        }
        Console.WriteLine($"  restart to the first answer of the swarm {restarts}");
    }

    private static async Task MeasureAsync(string name, UnixHttp api, string address, int rounds)
    {
        await api.PostAsync("swarm/init", new { ListenAddr = address, AdvertiseAddr = "127.0.0.1", Spec = new { } });
        var spec = new
        {
            Name = "bench",
            TaskTemplate = new
            {
                ContainerSpec = new { Image = "swarmps/bench:1" },
                Placement = new { Constraints = new[] { "node.hostname == nowhere" } },
            },
            Mode = new { Replicated = new { Replicas = Tasks } },
        };
        var clock = Stopwatch.StartNew();
        await api.PostAsync("services/create", spec);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while ((await api.GetAsync("tasks")).Count() < Tasks)
            await tick.WaitForNextTickAsync();
        var made = clock.Elapsed;
        var lists = new Samples();
        for (var round = 0; round < rounds; round++)
        {
            clock.Restart();
            await api.GetTextAsync("tasks");
            lists.Add(clock.Elapsed);
        }
        Console.WriteLine(name);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  service of {Tasks} tasks made     {made.TotalSeconds:0.00} s"));
        Console.WriteLine($"  list of them                   {lists}");
    }
}
