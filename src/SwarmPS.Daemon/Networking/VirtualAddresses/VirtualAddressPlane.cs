using System.Collections.Concurrent;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.VirtualAddresses;

/// <summary>Keeps the tables of virtual addresses in the network namespaces of this node's containers as they should be.</summary>
internal sealed class VirtualAddressPlane(NetworkTools tools) : IDisposable
{
    /// <summary>Containers whose tables are changed at the same time: each costs a process.</summary>
    private const int AtOnce = 4;

    /// <summary>Connections of lost tasks that are ended one by one; with more, all translated ones of the container are.</summary>
    private const int FlushesMax = 16;

    private readonly ConcurrentDictionary<string, Container> containers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> standing = new(StringComparer.Ordinal);

    /// <summary>A task's container runs. Before its next <see cref="ReconcileAsync"/> it has no rules.</summary>
    /// <param name="task">The task.</param>
    /// <param name="process">The container's first process.</param>
    public void Add(string task, int process)
    {
        Remove(task);
        // One on the host's own network has none of the swarm's.
        if (NetworkSpace.OfProcess(process, tools.Space) is { } space)
            containers[task] = new(space, tools.In(space.Path));
    }

    /// <summary>A task's container has ended.</summary>
    public void Remove(string task)
    {
        standing.TryRemove(task, out _);
        if (containers.TryRemove(task, out var gone))
            gone.Dispose();
    }

    /// <summary>Ends when the rules of a task's container stand; at once where they do, and never where there is no such container.</summary>
    public Task StandsAsync(string task) => Standing(task).Task;

    /// <summary>Brings all containers' tables about; throws <see cref="AggregateException"/> with the reasons where some could not be.</summary>
    /// <param name="networks">The node's networks.</param>
    /// <param name="audit">Look at what there is, whatever is remembered.</param>
    /// <param name="stop">Stops it in the middle.</param>
    public async Task ReconcileAsync(IReadOnlyList<NodeNetwork> networks, bool audit, CancellationToken stop)
    {
        var (faults, tables) = (new ConcurrentQueue<Exception>(), new ConcurrentDictionary<string, VirtualTable>(StringComparer.Ordinal));
        var byTask = NodeTasks.Networks(networks);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(containers, limit, async (pair, cancel) =>
        {
            // Containers on the same networks have the same table.
            var own = byTask[pair.Key].ToList();
            var wanted = tables.GetOrAdd(string.Join(' ', own.Select(network => network.Id)), _ => VirtualTable.Of(own));
            try
            {
                await BringAsync(pair.Key, pair.Value, wanted, audit, cancel).ConfigureAwait(false);
            }
            catch (NetworkToolException fault)
            {
                faults.Enqueue(fault);
            }
        }).ConfigureAwait(false);
        foreach (var forgotten in standing.Keys.Where(task => !byTask.Contains(task) && !containers.ContainsKey(task)))
            standing.TryRemove(forgotten, out _);
        if (!faults.IsEmpty)
            throw new AggregateException(faults);
    }

    /// <summary>Brings one container's table about, as when it has just started.</summary>
    public async Task ReconcileAsync(string task, IReadOnlyList<NodeNetwork> networks, CancellationToken stop)
    {
        if (containers.TryGetValue(task, out var container))
            await BringAsync(task, container, VirtualTable.Of(NodeTasks.Networks(networks)[task]), audit: false, stop).ConfigureAwait(false);
    }

    /// <summary>The network namespace of a task's container; null where there is no such container.</summary>
    public string? SpaceOf(string task) => containers.TryGetValue(task, out var container) ? container.Path : null;

    /// <summary>The table that a task's container has; null where it has none of ours, or there is no such container. Nothing is changed.</summary>
    public Task<VirtualTable?> ReadAsync(string task, CancellationToken stop) =>
        containers.TryGetValue(task, out var container) ? container.LookAsync(stop) : Task.FromResult<VirtualTable?>(null);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var task in containers.Keys)
            Remove(task);
    }

    private async Task BringAsync(string task, Container container, VirtualTable wanted, bool audit, CancellationToken stop)
    {
        try
        {
            await container.BringAsync(wanted, audit, stop).ConfigureAwait(false);
            Standing(task).TrySetResult();
        }
        catch (NetworkToolException) when (container.IsGone)
        {
            // It ended meanwhile.
        }
        catch (NetworkToolException fault)
        {
            throw new NetworkToolException($"The virtual addresses in the container of task {task} could not be brought about: {fault.Message}", fault);
        }
    }

    private TaskCompletionSource Standing(string task) => standing.GetOrAdd(task, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Container(NetworkSpace space, NetworkTools tools) : IDisposable
    {
        private readonly SemaphoreSlim turn = new(1);
        private VirtualTable? table;

        public bool IsGone { get; private set; }

        public string Path => space.Path;

        public async Task BringAsync(VirtualTable wanted, bool audit, CancellationToken stop)
        {
            await turn.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                var current = audit ? await ReadAsync(stop).ConfigureAwait(false) : table;
                table = null;
                var script = current is null ? VirtualScript.Whole(wanted) : VirtualScript.Change(current, wanted);
                if (script.Length > 0)
                    await tools.RunAsync("nft", ["-f", "-"], script, stop).ConfigureAwait(false);
                table = wanted;
                if (current is not null)
                    await EndLostAsync([.. VirtualTable.Lost(current, wanted)], stop).ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }

        public async Task<VirtualTable?> LookAsync(CancellationToken stop)
        {
            await turn.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                return await ReadAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }

        public void Dispose()
        {
            IsGone = true;
            space.Dispose();
        }

        private async Task<VirtualTable?> ReadAsync(CancellationToken stop)
        {
            var (code, output, _) = await tools.TryAsync("nft", ["-j", "list", "table", "ip", VirtualScript.Table], "", stop).ConfigureAwait(false);
            return code == 0 ? VirtualReading.Read(output) : null;
        }

        /// <summary>TCP ends by itself; what goes over UDP to a task that is gone would go on for as long as anyone sends.</summary>
        private async Task EndLostAsync(IReadOnlyList<(string Virtual, string Backend)> lost, CancellationToken stop)
        {
            if (lost.Count > FlushesMax)
            {
                await FlowTable.EndAsync(tools, ["-D", "-p", "udp", "--dst-nat"], stop).ConfigureAwait(false);
                return;
            }
            foreach (var (address, backend) in lost)
                await FlowTable.EndAsync(tools, ["-D", "-p", "udp", "-d", address, "-r", backend], stop).ConfigureAwait(false);
        }
    }
}
