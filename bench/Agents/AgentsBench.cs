using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Bench.Agents;

/// <summary>
/// A leader in a process of its own with many agents, each over its own connection with mutual TLS on loopback: the time until all tasks of a
/// service run, and what the leader takes of processor and memory, then and at rest. The agents start nothing: they say at once what they are told.
/// </summary>
internal static class AgentsBench
{
    private const string SwarmId = "bench";
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(string[] arguments)
    {
        var agents = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000;
        var tasks = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 50_000;
        var folder = Directory.CreateTempSubdirectory("swarmps-bench-").FullName;
        try
        {
            await MeasureAsync(folder, agents, tasks);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string folder, int agents, int tasks)
    {
        using var root = RootCa.Create(TimeProvider.System);
        var directory = new SwarmDirectory(folder);
        directory.Create();
        NodeIdentity.Create(root, new("manager", NodeRole.Manager, SwarmId), TimeSpan.FromDays(1), TimeProvider.System).Files.Write(directory.Certificates, File.WriteAllText);
        using var leader = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["agents-leader", folder, $"{agents}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            await MeasureAsync(leader, root, folder, agents, tasks);
        }
        finally
        {
            // Also where the measurement was given up: it must not lead on alone.
            leader.Kill();
            await leader.WaitForExitAsync();
        }
    }

    private static async Task MeasureAsync(Process leader, RootCa root, string folder, int agents, int tasks)
    {
        var address = await leader.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The leader did not start.");
        using var stop = new CancellationTokenSource();
        var began = new Stopwatch();
        var identities = Enumerable.Range(0, agents).AsParallel().AsOrdered().Select(number => IdentityOf(root, number)).ToList();
        began.Restart();
        var running = identities.Select(identity => Task.Run(() => ServeAsync(identity, folder, address, stop.Token))).ToList();
        await SaidAsync(leader, "ready", running);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{agents} agents, {tasks} tasks"));
        Print("all agents connected", began.Elapsed, leader, TimeSpan.Zero);
        var processor = leader.TotalProcessorTime;
        began.Restart();
        await leader.StandardInput.WriteLineAsync(tasks.ToString(CultureInfo.InvariantCulture));
        await leader.StandardInput.FlushAsync();
        await SaidAsync(leader, "running", running);
        Print("all tasks running", began.Elapsed, leader, processor);
        await Task.Delay(Rest, TimeProvider.System);
        leader.Refresh();
        processor = leader.TotalProcessorTime;
        began.Restart();
        await Task.Delay(Rest, TimeProvider.System);
        Print("at rest", began.Elapsed, leader, processor);
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Waits for the leader's word; an agent that fails meanwhile is told of.</summary>
    private static async Task SaidAsync(Process leader, string word, List<Task> agents)
    {
        var line = leader.StandardOutput.ReadLineAsync();
        if (await Task.WhenAny([line, .. agents]) is var first && first != line)
            await first;
        if (await line is var said && said != word)
            throw new InvalidOperationException($"The leader said '{said}' where '{word}' was expected.");
    }

    private static void Print(string what, TimeSpan took, Process leader, TimeSpan processorBefore)
    {
        leader.Refresh();
        var processor = leader.TotalProcessorTime - processorBefore;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-22} {took.TotalSeconds,6:F1} s, leader's processor {processor.TotalSeconds,6:F2} s ({100 * processor / took:F1} % of a core), RSS {leader.WorkingSet64 >> 20} MB"));
    }

    private static NodeIdentity IdentityOf(RootCa root, int number) =>
        NodeIdentity.Create(root, new(AgentsLeader.NodeId(number), NodeRole.Worker, SwarmId), TimeSpan.FromDays(1), TimeProvider.System).Identity;

    /// <summary>One agent; where the leader does not let it in at once, it asks again, as a real one does.</summary>
    private static async Task ServeAsync(NodeIdentity identity, string folder, string address, CancellationToken stop)
    {
        using var held = identity;
        var name = identity.Subject.NodeId;
        using var channels = new ManagerChannels(new PeerTrust(identity, TimeProvider.System));
        var managers = ManagerList.Load(Path.Combine(folder, $"{name}.json"));
        managers.Leads(address);
        var dispatcher = new RemoteDispatcher(channels, managers, null, TimeProvider.System, NullLogger.Instance);
        var backoff = new Backoff(TimeProvider.System);
        while (true)
        {
            try
            {
                await ServeAsync(dispatcher, name, stop);
            }
            catch (SwarmException) when (!stop.IsCancellationRequested)
            {
                managers.Leads(address);
                await backoff.WaitAsync(stop);
            }
        }
    }

    private static async Task ServeAsync(RemoteDispatcher dispatcher, string name, CancellationToken stop)
    {
        var description = new NodeDescription { Hostname = name, Resources = new() { NanoCPUs = 8_000_000_000, MemoryBytes = 64L << 30 } };
        await foreach (var assignments in dispatcher.OpenSessionAsync(description, null, stop))
        {
            foreach (var state in (TaskState[])[TaskState.Preparing, TaskState.Running])
            {
                var reports = assignments.Tasks.Where(task => task.DesiredState == TaskState.Running && task.Status.State < state)
                    .Select(task => new TaskStatusReport(task.Id, new() { State = state, Timestamp = Timestamp.From(TimeProvider.System.GetUtcNow()), Message = "started" })).ToList();
                if (reports.Count > 0)
                    await dispatcher.ReportAsync(reports, stop);
            }
        }
    }
}
