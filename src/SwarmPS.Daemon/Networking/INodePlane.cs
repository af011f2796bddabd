using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking;

/// <summary>
/// A node's data plane: it makes the kernel, the engine's networks and the names agree with what the managers' record says. What it
/// cannot do is told by an exception whose message says why and what to do; the caller tries again.
/// </summary>
internal interface INodePlane
{
    /// <summary>
    /// Brings everything to the record; what is not in it goes. Calls come one after another, each with the whole record, also where
    /// nothing has changed: then it is an audit of what there is. What can be done is done before it throws
    /// <see cref="NetworksNotReachedException"/>, which names the networks that do not stand.
    /// </summary>
    /// <param name="wanted">All that this node should have.</param>
    /// <param name="stop">Stops it in the middle.</param>
    ValueTask ReconcileAsync(NodeNetworks wanted, CancellationToken stop);

    /// <summary>False where something that is to go could not go yet, as a network whose last container is about to end: call again soon.</summary>
    bool IsSettled { get; }

    /// <summary>How a task's container is on its networks, which have been reconciled before: what its creation says. The first is the one it is created on.</summary>
    ValueTask<ContainerNetworking> AttachAsync(SwarmTask task, CancellationToken stop);

    /// <summary>
    /// A task's container runs, or was found running: puts into its namespace what belongs there. No name is answered to the
    /// container before this has returned.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="processId">The container's first process.</param>
    /// <param name="stop">Stops it in the middle.</param>
    ValueTask StartedAsync(string taskId, int processId, CancellationToken stop);

    /// <summary>A task's container has ended: what was remembered of it is forgotten. To hear of it twice does no harm.</summary>
    ValueTask StoppedAsync(string taskId, CancellationToken stop);

    /// <summary>
    /// Tries the node's networks: what there is, its names, and the ways to others. Nothing is changed. Throws
    /// <see cref="Kernel.NetworkToolException"/> where the ways cannot be tried at all.
    /// </summary>
    /// <param name="ids">The networks; none for all.</param>
    /// <param name="stop">Ends it.</param>
    Task<IReadOnlyList<NetworkFinding>> CheckAsync(IReadOnlyCollection<string> ids, CancellationToken stop);
}

/// <summary>How a task's container is on its networks.</summary>
/// <param name="Places">Its place in each.</param>
/// <param name="ResolverFile">The file on this machine that becomes <c>/etc/resolv.conf</c>; null for the engine's own.</param>
internal sealed record ContainerNetworking(ValueList<ContainerPlace> Places, string? ResolverFile = null);

/// <summary>A container's place in one network.</summary>
/// <param name="EngineNetwork">The engine's name of the network.</param>
/// <param name="Address">The container's address.</param>
/// <param name="Mac">Its hardware address.</param>
/// <param name="HasDefaultRoute">Whether the container's default route goes there; true for one place at most.</param>
internal sealed record ContainerPlace(string EngineNetwork, string Address, string Mac, bool HasDefaultRoute = false);
