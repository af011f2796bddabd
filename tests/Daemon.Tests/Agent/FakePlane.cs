using SwarmPS.Daemon.Networking;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>A data plane in memory that remembers what it was told.</summary>
internal sealed class FakePlane(FakeEngine engine, Pulse pulse) : INodePlane
{
    private readonly Lock gate = new();
    private readonly List<NodeNetworks> reconciled = [];

    /// <summary>Called before each reconciliation: throws, or waits.</summary>
    public Func<NodeNetworks, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Why a container cannot take part; null where it can.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>What the networks were brought to, in order.</summary>
    public IReadOnlyList<NodeNetworks> Reconciled
    {
        get
        {
            lock (gate)
                return [.. reconciled];
        }
    }

    public bool IsSettled { get; set; } = true;

    public async ValueTask ReconcileAsync(NodeNetworks wanted, CancellationToken stop)
    {
        await Before(wanted).WaitAsync(stop);
        lock (gate)
            reconciled.Add(wanted);
        pulse.Beat();
    }

    public ValueTask<ContainerNetworking> AttachAsync(SwarmTask task, CancellationToken stop) => ValueTask.FromResult(new ContainerNetworking(
        task.NetworksAttachments.OrEmpty().Select(attachment => new ContainerPlace($"swp-{attachment.Network!.Id}", attachment.Addresses![0].Split('/')[0], "02:42")).ToValueList(),
        "/run/resolv"));

    public ValueTask StartedAsync(string taskId, int processId, CancellationToken stop)
    {
        engine.Note($"started {taskId} {processId}");
        return Refusal is null ? ValueTask.CompletedTask : throw Refusal;
    }

    public Task<IReadOnlyList<NetworkFinding>> CheckAsync(IReadOnlyCollection<string> ids, CancellationToken stop) => Task.FromResult<IReadOnlyList<NetworkFinding>>([]);

    public ValueTask StoppedAsync(string taskId, CancellationToken stop)
    {
        engine.Note($"stopped {taskId}");
        return ValueTask.CompletedTask;
    }
}
