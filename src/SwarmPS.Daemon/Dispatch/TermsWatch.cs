using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Works out the terms of sessions once for all of them, and tells when they have changed.</summary>
internal sealed class TermsWatch(SwarmStore store, DispatcherOptions options)
{
    private readonly Lock gate = new();
    private SharedTerms present = Of(store.Current, options);
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The present terms, and what ends when there are others.</summary>
    public (SharedTerms Terms, Task Changed) Present
    {
        get
        {
            lock (gate)
                return (present, changed.Task);
        }
    }

    /// <summary>Watches until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Node, ObjectKind.Swarm);
        while (true)
        {
            await feed.NextAsync(stop).ConfigureAwait(false);
            var next = Of(store.Current, options);
            lock (gate)
            {
                if (next == present)
                    continue;
                present = next;
                changed.SetResult();
                changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Where managers are reached.</summary>
    public static ValueList<ManagerAddress> Managers(Snapshot state) =>
        state.Nodes.All
            .Where(node => node.CurrentRole is NodeRole.Manager && !string.IsNullOrEmpty(node.ManagerStatus?.Addr))
            .OrderBy(node => node.Id, StringComparer.Ordinal)
            .Select(node => new ManagerAddress(node.Id, node.ManagerStatus!.Addr!))
            .ToValueList();

    private static SharedTerms Of(Snapshot state, DispatcherOptions options) => new(
        options.Patience(state.Swarm) / options.Beats,
        Managers(state),
        state.Nodes.All.Where(node => node.CurrentRole is NodeRole.Manager).Select(node => node.Id).Order(StringComparer.Ordinal).ToValueList(),
        RootChange.Trusted(state.Swarm));
}

/// <summary>What the terms of all sessions come from.</summary>
/// <param name="BeatEvery">How often nodes must be heard.</param>
/// <param name="Managers">Where managers are reached.</param>
/// <param name="ManagerIds">Nodes that are managers.</param>
/// <param name="Roots">The roots that nodes trust, PEM.</param>
internal sealed record SharedTerms(TimeSpan BeatEvery, ValueList<ManagerAddress> Managers, ValueList<string> ManagerIds, string? Roots)
{
    /// <summary>The terms of one node.</summary>
    public SessionTerms For(string nodeId) => new(BeatEvery, Managers, ManagerIds.Contains(nodeId) ? NodeRole.Manager : NodeRole.Worker, Roots);
}
