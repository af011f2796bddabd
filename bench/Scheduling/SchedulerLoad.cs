using System.Diagnostics;
using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Bench.Scheduling;

/// <summary>So many ready nodes and waiting tasks: of so many services, or of none; all with a plugin that every third node has, or without.</summary>
internal sealed record SchedulerLoad(int Nodes, int Tasks, int Services = 0, bool Plugin = false)
{
    private const string Driver = "network";

    /// <summary>A manager plans so many changes at a time, too.</summary>
    private const int PlanMax = 2_000;

    /// <summary>The same, as arguments of a process.</summary>
    public IEnumerable<int> Numbers => [Nodes, Tasks, Services, Plugin ? 1 : 0];

    /// <summary>Makes it in a store, and gives the time from the commit until all tasks' nodes have been told of.</summary>
    public async Task<TimeSpan> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        var requests = 0ul;
        var store = new SwarmStore(TimeProvider.System, () => new(1, ++requests));
        using var told = store.Feed.Subscribe(ObjectKind.Task);
        await told.NextAsync(stop.Token);
        var writer = Task.Run(() => store.RunWriterAsync(new ImmediateProposer(store), stop.Token));
        var scheduler = Task.Run(() => ScheduleAsync(store, stop.Token));
        var began = 0L;
        await store.UpdateAsync(
            transaction =>
            {
                foreach (var number in Enumerable.Range(0, Nodes))
                    transaction.Put(NodeOf(number));
                foreach (var number in Enumerable.Range(0, Tasks))
                    transaction.Put(TaskOf(number));
                // What is put in place is in the tables by now, as it is in swarmkit's when its clock starts.
                _ = transaction.View;
                began = Stopwatch.GetTimestamp();
            },
            stop.Token);
        await AllToldAsync(store, told, stop.Token);
        var took = Stopwatch.GetElapsedTime(began);
        Check(store.Current);
        await stop.CancelAsync();
        await Task.WhenAll(writer, scheduler).ContinueWith(_ => { }, TaskScheduler.Default);
        return took;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Short(Nodes)} × {Short(Tasks)}{(Services > 0 ? $", {Services} service{(Services > 1 ? "s" : "")}" : "")}{(Plugin ? ", plugin" : "")}");

    private static string Short(int number) => number >= 1000 ? $"{number / 1000}k" : $"{number}";

    internal static string NodeId(int number) => "node" + number.ToString("D21", CultureInfo.InvariantCulture);

    internal static Node NodeOf(int number, int change = 0) => new()
    {
        Id = NodeId(number),
        Spec = new() { Name = $"name{number}_{change}" },
        Status = new() { State = NodeState.Ready },
        Description = new() { Engine = new() { Plugins = number % 3 == 0 ? [new("Network", Driver)] : [] } },
    };

    private SwarmTask TaskOf(int number) => new()
    {
        Id = "task" + number.ToString("D21", CultureInfo.InvariantCulture),
        ServiceId = Services > 0 ? $"service{number % Services}" : "",
        ServiceName = $"task{number}",
        SpecVersion = Services > 0 ? 1u : 0,
        DesiredState = TaskState.Running,
        Status = new() { State = TaskState.Pending },
        NetworksAttachments = Plugin ? [new(new Network { DriverState = new() { Name = Driver } })] : null,
    };

    /// <summary>What a manager's loop does for the scheduler.</summary>
    private static async Task ScheduleAsync(SwarmStore store, CancellationToken stop)
    {
        var scheduler = new Scheduler();
        using var feed = store.Feed.Subscribe(ObjectKind.Node, ObjectKind.Task);
        while (true)
        {
            await feed.WaitAsync(stop);
            var more = true;
            while (more)
                more = await store.UpdateAsync(transaction => Plan(scheduler, feed, transaction), stop);
        }
    }

    private static bool Plan(Scheduler scheduler, ChangeSubscription feed, StoreTransaction transaction)
    {
        if (feed.TryNext() is { } batch)
        {
            if (batch.Resync)
                scheduler.Reset(transaction.View, transaction.Now);
            foreach (var change in batch.Changes.Concat(transaction.Preceding))
                scheduler.Observe(change);
        }
        var plan = scheduler.Plan(transaction.Now, PlanMax);
        transaction.Apply(plan.Changes);
        return plan.More;
    }

    private async Task AllToldAsync(SwarmStore store, ChangeSubscription told, CancellationToken stop)
    {
        var left = Tasks;
        while (left > 0)
        {
            var batch = await told.NextAsync(stop);
            if (batch.Resync)
                left = store.Current.Tasks.All.Count(task => task.NodeId == "");
            left -= batch.Changes.Count(change => change is { Old: SwarmTask { NodeId: "" }, New: SwarmTask { NodeId: not "" } });
        }
    }

    /// <summary>All tasks have a node, and no node has two more than another.</summary>
    private void Check(Snapshot state)
    {
        var fitting = state.Nodes.All.Where(node => !Plugin || node.Description!.Engine!.Plugins!.Count > 0).Select(node => state.TasksOfNode(node.Id).Count).ToList();
        if (fitting.Sum() != Tasks || fitting.Max() - fitting.Min() > 1)
            throw new InvalidOperationException($"{this}: {fitting.Sum()} tasks have a node that fits, {fitting.Min()} to {fitting.Max()} a node.");
    }
}
