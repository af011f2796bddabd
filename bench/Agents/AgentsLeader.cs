using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Bench.Agents;

/// <summary>The leader of "agents", alone in its quorum and with a log on the disk: what leads in the daemon, and nothing else.</summary>
internal static class AgentsLeader
{
    public static string NodeId(int number) => "agent" + number.ToString("D5", CultureInfo.InvariantCulture);

    public static async Task RunAsync(string[] arguments)
    {
        var agents = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var directory = new SwarmDirectory(arguments[0]);
        var (store, raft) = await StoreNode.StartAsync(arguments[0]);
        using var identity = NodeIdentity.Load(NodeCertificate.Read(directory.Certificates));
        using var stop = new CancellationTokenSource();
        await store.UpdateAsync(
            tx =>
            {
                tx.Put(new SwarmObject { Id = "bench" });
                tx.Put(new Node { Id = "manager", Spec = new() { Role = NodeRole.Manager, Availability = NodeAvailability.Drain }, Status = new() { State = NodeState.Down } });
                for (var number = 0; number < agents; number++)
                    tx.Put(new Node { Id = NodeId(number), Spec = new() { Role = NodeRole.Worker } });
            },
            stop.Token);
        var options = new DispatcherOptions { DownAfterNewLeader = TimeSpan.FromMinutes(2) };
        var dispatcher = new Dispatcher(store, options, TimeProvider.System, NullLogger.Instance);
        var terms = new TermsWatch(store, options);
        List<Task> loops =
        [
            terms.RunAsync(stop.Token), dispatcher.RunAsync(stop.Token),
            new ControlLoop(store, TimeProvider.System, SwarmFounding.NewId, NullLogger.Instance).RunAsync(stop.Token),
        ];
        await using var listener = await NodeListener.StartAsync(
            new()
            {
                EndPoint = new(IPAddress.Loopback, 0),
                Trust = new(identity, TimeProvider.System),
                Store = store,
                Leadership = new Leading(),
                Services = [new DispatcherService(dispatcher, terms, TimeProvider.System)],
            },
            stop.Token);
        Console.WriteLine(listener.EndPoint);
        await UntilAsync(store, loops, state => state.Nodes.All.Count(node => node.Status.State == NodeState.Ready) == agents);
        Console.WriteLine("ready");
        var tasks = ulong.Parse(Console.ReadLine()!, CultureInfo.InvariantCulture);
        var spec = new ServiceSpec { Name = "bench", TaskTemplate = new() { ContainerSpec = new() { Image = "swarmps/bench:1" } }, Mode = new() { Replicated = new(tasks) } };
        await store.UpdateAsync(tx => tx.Put(ServiceUpdates.Create(SwarmFounding.NewId(), spec, tx.NextVersion, tx.Now)), stop.Token);
        await UntilAsync(store, loops, state => (ulong)state.Tasks.Count == tasks && state.Tasks.All.All(task => task.Status.State == TaskState.Running));
        Console.WriteLine("running");
        while (Console.ReadLine() is not null)
        {
        }
        await stop.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default);
        await raft.StopAsync();
    }

    /// <summary>Looks a few times a second, which costs little beside what is measured; a loop that fails is told of.</summary>
    private static async Task UntilAsync(SwarmStore store, List<Task> loops, Func<Snapshot, bool> condition)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (!condition(store.Current))
        {
            if (loops.Find(loop => loop.IsCompleted) is { } ended)
                await ended;
            await tick.WaitForNextTickAsync();
        }
    }

    private sealed class Leading : ILeadership
    {
        public bool IsLeader => true;

        public Task ConfirmAsync(CancellationToken stop) => Task.CompletedTask;

        public Task<bool> LeadsAsync(CancellationToken stop) => Task.FromResult(true);

        public string? LeaderAddress => null;
    }
}
