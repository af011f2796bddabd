using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>
/// Runs this node's tasks on its engine. Stopping it leaves every container as it is; started again, it finds them by their
/// labels. One instance runs once.
/// </summary>
internal sealed partial class AgentLoop : IEngineObserver
{
    private readonly AgentOptions options;
    private readonly IDispatcher dispatcher;
    private readonly IEngine engine;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly IReadOnlyList<string> labels;
    private readonly EngineWatch watch;
    private readonly StatusReporter reporter;
    private readonly PayloadShelf shelf = new();
    private readonly TaskFolders folders;
    private readonly Lock gate = new();
    private readonly Dictionary<string, TaskRunner> runners = [];
    private readonly Dictionary<string, EngineContainer> strays = [];
    private readonly HashSet<Task> work = [];
    private AgentDatabase? database;
    private RunnerContext? shared;
    private NodeNetworkKeeper? networks;
    private CancellationToken stopped;
    private readonly ConditionSource condition = new();
    private ulong confirmed;
    private bool engineAnswers;
    private bool listed;
    private bool assigned;
    private bool swept;

    /// <summary>An agent that does nothing until it runs.</summary>
    public AgentLoop(AgentOptions options, IDispatcher dispatcher, IEngine engine, TimeProvider clock, ILogger log)
    {
        (this.options, this.dispatcher, this.engine, this.clock, this.log) = (options, dispatcher, engine, clock, log);
        labels = AgentLabels.Own(options.SwarmId, options.NodeId);
        watch = new(engine, labels, clock, log);
        reporter = new(dispatcher, Reported, clock, log);
        descriptions = new();
        folders = new(options.RuntimeFolder, shelf);
    }

    /// <summary>Hears of managers that want a stream with this node; it must not wait.</summary>
    public Action<StreamCall>? Called { get; init; }

    /// <summary>Makes the networks of the swarm here; without it this node runs no task that is on one.</summary>
    public INodePlane? Plane { get; init; }

    /// <summary>Runs until stopped; ends by a fault where a loop of the agent fails.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var kept = AgentDatabase.Open(options, clock, log);
        Exception? fault = null;
        await using (var scope = new LoopScope(stop))
        {
            Begin(kept, scope.Stop);
            scope.Run("engine watch", token => watch.RunAsync(this, token));
            scope.Run("status reports", reporter.RunAsync);
            scope.Run("agent database", kept.RunAsync);
            scope.Run("node description", DescribeAsync);
            if (networks is { } keeper)
                scope.Run("networks", keeper.RunAsync);
            scope.Run("sessions", HoldSessionsAsync);
            await Task.WhenAny(scope.FirstFault, Task.Delay(Timeout.InfiniteTimeSpan, clock, stop)).ConfigureAwait(false);
            fault = scope.FirstFault.IsCompleted ? await scope.FirstFault.ConfigureAwait(false) : null;
        }
        await FinishAsync().ConfigureAwait(false);
        kept.Flush();
        if (fault is not null)
            throw fault;
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Stops and removes this node's containers of this swarm and forgets all tasks, as when the node leaves. Not while the agent runs.</summary>
    public async Task RemoveAllAsync(CancellationToken stop)
    {
        var containers = await engine.ListContainersAsync(labels, stop).ConfigureAwait(false);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = Limits.RemovalsAtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(containers, limit, async (container, cancel) => await RemoveAsync(container, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        using var kept = AgentDatabase.Open(options, clock, log);
        if (Plane is not null && kept.LoadNetworks() is { } known && known != NodeNetworks.None)
            await RemoveNetworksAsync(Plane, stop).ConfigureAwait(false);
        kept.Clear();
        folders.RemoveAll();
    }

    private async Task RemoveNetworksAsync(INodePlane plane, CancellationToken stop)
    {
        try
        {
            await plane.ReconcileAsync(NodeNetworks.None, stop).ConfigureAwait(false);
        }
        catch (NetworksNotReachedException left)
        {
            // A node that wants to leave must not be kept by what its kernel refuses.
            log.NetworksNotReached(left.Message);
        }
    }

    void IEngineObserver.Listed(IReadOnlyList<EngineContainer> containers)
    {
        lock (gate)
        {
            strays.Clear();
            foreach (var container in containers)
                strays[container.TaskId] = container;
            foreach (var (id, runner) in runners)
                runner.Observe(strays.Remove(id, out var own) ? own : null);
            listed = true;
            Sweep();
            engineAnswers = true;
        }
        networks?.Audit();
        SetCondition();
        descriptions.Ask();
    }

    void IEngineObserver.Lost()
    {
        lock (gate)
            engineAnswers = false;
        SetCondition();
    }

    void IEngineObserver.Happened(EngineEvent happened)
    {
        lock (gate)
        {
            if (runners.TryGetValue(happened.TaskId, out var runner))
                runner.Observe(happened);
            // Its task may come later, and would take what was listed for the truth.
            else if (strays.TryGetValue(happened.TaskId, out var stray) && stray.Id == happened.ContainerId)
            {
                strays.Remove(happened.TaskId);
                if (stray.After(happened) is { } changed)
                    strays.Add(happened.TaskId, changed);
            }
        }
    }

    private void Begin(AgentDatabase kept, CancellationToken stop)
    {
        lock (gate)
        {
            (database, stopped) = (kept, stop);
            networks = Plane is null ? null : new(Plane, clock, log) { Changed = SetCondition };
            if (kept.LoadNetworks() is { } known)
                networks?.Set(known);
            shared = new()
            {
                SwarmId = options.SwarmId,
                Engine = engine,
                Watch = watch,
                Folders = folders,
                Networks = networks,
                Images = new(engine, clock, log, stop),
                Starts = new(Limits.StartsAtOnce),
                Report = Report,
                Node = () => descriptions.Latest,
                Clock = clock,
                Log = log,
            };
            foreach (var task in kept.Load())
            {
                Start(task.Task);
                if (!task.Reported)
                    reporter.Put(task.Task.Id, task.Task.Status);
            }
        }
        if (kept.LoadDescription() is { } said)
            descriptions.Set(said with { TunnelId = options.TunnelId });
    }

    /// <summary>Takes what the managers want of this node.</summary>
    private void Apply(Assignments assignments)
    {
        foreach (var call in assignments.Calls)
            Called?.Invoke(call);
        lock (gate)
        {
            if (assignments.Confirm != 0)
                confirmed = assignments.Confirm;
            if (networks?.Take(assignments) == true)
                database!.KeepNetworks(networks.Wanted with { Keys = null });
            // Before the tasks that need them come, and after those that needed them were told to end.
            shelf.Take(assignments);
            if (assignments.Complete)
            {
                var wanted = assignments.Tasks.Select(task => task.Id).ToHashSet();
                foreach (var runner in runners.Values.Where(runner => !wanted.Contains(runner.TaskId)))
                    runner.Forget();
                assigned = true;
            }
            foreach (var task in assignments.Tasks)
                Assign(task);
            foreach (var id in assignments.Removed)
                runners.GetValueOrDefault(id)?.Forget();
            shelf.Drop(assignments);
            Sweep();
        }
        SetCondition();
    }

    /// <summary>Works out what the managers are told of this node: after each change of the engine's or the networks' state.</summary>
    private void SetCondition()
    {
        lock (gate)
        {
            var (isLookedAt, now) = networks?.Condition ?? (true, new() { Confirmed = confirmed });
            condition.Set(now with { EngineAnswers = engineAnswers && isLookedAt });
        }
    }

    private void Assign(SwarmTask task)
    {
        if (runners.TryGetValue(task.Id, out var runner))
            runner.Assign(task);
        else
            runner = Start(task);
        Keep(runner, reported: ReferenceEquals(runner.Status, task.Status));
    }

    private TaskRunner Start(SwarmTask task)
    {
        var runner = new TaskRunner(task, shared!);
        runners.Add(task.Id, runner);
        if (listed)
            runner.Observe(strays.Remove(task.Id, out var own) ? own : null);
        Track(Task.Run(() => RunAsync(runner), CancellationToken.None));
        return runner;
    }

    private async Task RunAsync(TaskRunner runner)
    {
        try
        {
            await runner.RunAsync(stopped).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The daemon stops; the container runs on.
            return;
        }
        lock (gate)
        {
            runners.Remove(runner.TaskId);
            database!.Forget(runner.TaskId);
        }
        reporter.Forget(runner.TaskId);
    }

    /// <summary>Removes containers that no task is known of, once both the engine and the managers have said what there is.</summary>
    private void Sweep()
    {
        if (!assigned || !listed)
            return;
        foreach (var orphan in strays.Values)
        {
            log.OrphanRemoved(orphan.Id, orphan.TaskId);
            Track(Task.Run(() => RemoveOrphanAsync(orphan), CancellationToken.None));
        }
        strays.Clear();
        if (swept)
            return;
        swept = true;
        folders.Sweep(runners.ContainsKey);
    }

    private async Task RemoveOrphanAsync(EngineContainer orphan)
    {
        try
        {
            await RemoveAsync(orphan, stopped).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is EngineException or EngineUnreachableException or OperationCanceledException)
        {
            // It is found again when the engine is listed the next time.
            log.ContainerStuck(orphan.Id, orphan.TaskId, "removed", failure.Message);
        }
    }

    private async Task RemoveAsync(EngineContainer container, CancellationToken stop)
    {
        if (container.Condition == ContainerCondition.Running)
            await engine.StopContainerAsync(container.Id, stop).ConfigureAwait(false);
        await engine.RemoveContainerAsync(container.Id, stop).ConfigureAwait(false);
    }

    private void Keep(TaskRunner runner, bool reported) =>
        database!.Keep(new(runner.Assigned with { Status = runner.Status }, reported));

    private void Report(string taskId, SwarmTaskStatus status)
    {
        lock (gate)
        {
            if (runners.TryGetValue(taskId, out var runner))
                Keep(runner, reported: false);
        }
        reporter.Put(taskId, status);
    }

    private void Reported(string taskId, SwarmTaskStatus status)
    {
        lock (gate)
        {
            if (runners.TryGetValue(taskId, out var runner) && ReferenceEquals(runner.Status, status))
                Keep(runner, reported: true);
        }
    }

    private void Track(Task running)
    {
        lock (gate)
            work.Add(running);
        _ = running.ContinueWith(
            done =>
            {
                lock (gate)
                    work.Remove(done);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private Task FinishAsync()
    {
        lock (gate)
            return Task.WhenAll(work.ToList());
    }
}
