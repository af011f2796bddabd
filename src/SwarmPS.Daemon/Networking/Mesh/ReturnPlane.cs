using System.Collections.Concurrent;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>Keeps the ways back in the network namespaces of containers that see their clients' addresses, by whichever node these come.</summary>
internal sealed class ReturnPlane(NetworkTools tools) : IDisposable
{
    private readonly ConcurrentDictionary<string, Container> containers = new(StringComparer.Ordinal);

    /// <summary>A task's container runs.</summary>
    public void Add(string task, int process)
    {
        Remove(task);
        if (NetworkSpace.OfProcess(process, tools.Space) is { } space)
            containers[task] = new(space, tools.In(space.Path));
    }

    /// <summary>A task's container has ended.</summary>
    public void Remove(string task)
    {
        if (containers.TryRemove(task, out var gone))
            gone.Dispose();
    }

    /// <summary>Brings all containers' ways about; throws <see cref="AggregateException"/> with the reasons where some could not be.</summary>
    /// <param name="wanted">All that this node should have.</param>
    /// <param name="audit">Make them anew, whatever is remembered.</param>
    /// <param name="stop">Stops it in the middle.</param>
    public async Task ReconcileAsync(NodeNetworks wanted, bool audit, CancellationToken stop)
    {
        List<Exception> faults = [];
        foreach (var (task, container) in containers)
        {
            try
            {
                await container.BringAsync(ReturnWays.Of(wanted, task), audit, stop).ConfigureAwait(false);
            }
            catch (NetworkToolException fault) when (!container.IsGone)
            {
                faults.Add(new NetworkToolException($"The ways back of the container of task {task}, which is to see its clients' addresses, could not be brought about: {fault.Message}", fault));
            }
            catch (NetworkToolException)
            {
                // It ended meanwhile.
            }
        }
        if (faults.Count > 0)
            throw new AggregateException(faults);
    }

    /// <summary>Brings one container's ways about, as when it has just started.</summary>
    public Task ReconcileAsync(string task, NodeNetworks wanted, CancellationToken stop) =>
        containers.TryGetValue(task, out var container) ? container.BringAsync(ReturnWays.Of(wanted, task), audit: false, stop) : Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var task in containers.Keys)
            Remove(task);
    }

    private sealed class Container(NetworkSpace space, NetworkTools tools) : IDisposable
    {
        private readonly SemaphoreSlim turn = new(1);

        // What an earlier daemon left does no harm: an answer by the gateway that asked is right in any case.
        private ReturnWays ways = ReturnWays.None;

        public bool IsGone { get; private set; }

        public async Task BringAsync(ReturnWays wanted, bool audit, CancellationToken stop)
        {
            await turn.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                if (wanted == ways && (!audit || wanted == ReturnWays.None))
                    return;
                var rules = await tools.RunAsync("ip", ["rule", "show"], "", stop).ConfigureAwait(false);
                // Routes first: what is marked must find its way.
                await tools.RunAsync("ip", ["-batch", "-"], ReturnScript.Routes(wanted, ways, rules), stop).ConfigureAwait(false);
                await tools.RunAsync("nft", ["-f", "-"], ReturnScript.Whole(wanted), stop).ConfigureAwait(false);
                ways = wanted;
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
    }
}
