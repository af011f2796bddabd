using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// Tells nodes what to run and hears how far they have come, on the manager that leads. Those who call while it does not lead
/// wait until it does.
/// </summary>
internal sealed class Dispatcher(SwarmStore store, DispatcherOptions options, TimeProvider clock, ILogger log)
{
    private readonly Lock gate = new();
    private TaskCompletionSource<DispatchTerm> leading = NewTerm();

    /// <summary>The dispatcher as one node sees it. Who the caller is must be certain: nothing is asked here.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="address">The address it speaks from.</param>
    /// <param name="role">The role in its certificate.</param>
    /// <param name="heartbeat">When it was last heard; null for the node of this very process.</param>
    public IDispatcher For(string nodeId, string address, NodeRole role = NodeRole.Worker, Heartbeat? heartbeat = null) => new NodeDispatcher(this, nodeId, address, role, heartbeat);

    /// <summary>Dispatches until stopped: as long as this manager leads. Sessions end with it, and no node counts as down for that.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var term = new DispatchTerm(store, options, clock, log, stop);
        lock (gate)
            leading.TrySetResult(term);
        try
        {
            await term.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
                leading = NewTerm();
        }
    }

    /// <summary>Has a node come to a manager with a stream. Throws <see cref="SwarmException"/> where it cannot be told.</summary>
    public async Task CallAsync(string nodeId, StreamCall call, CancellationToken stop) =>
        await (await TermAsync(stop).ConfigureAwait(false)).CallAsync(nodeId, call, stop).ConfigureAwait(false);

    /// <summary>A message of a node was refused by its content.</summary>
    public void Refuse(string nodeId, string call, string why)
    {
        Task<DispatchTerm> term;
        lock (gate)
            term = leading.Task;
        if (term.IsCompletedSuccessfully)
            term.Result.Refuse(nodeId, call, why);
        else
            log.MessageRefused(nodeId, call, why);
    }

    private static TaskCompletionSource<DispatchTerm> NewTerm() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<DispatchTerm> TermAsync(CancellationToken stop)
    {
        Task<DispatchTerm> term;
        lock (gate)
            term = leading.Task;
        try
        {
            return await term.WaitAsync(options.LeadWithin, clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, "This manager does not lead.", late);
        }
    }

    /// <summary>One node's way in.</summary>
    private sealed class NodeDispatcher(Dispatcher dispatcher, string nodeId, string address, NodeRole role, Heartbeat? heartbeat) : IDispatcher
    {
        public async IAsyncEnumerable<Assignments> OpenSessionAsync(NodeDescription description, ConditionSource? condition, [EnumeratorCancellation] CancellationToken stop)
        {
            var term = await dispatcher.TermAsync(stop).ConfigureAwait(false);
            await foreach (var assignments in term.OpenSessionAsync(new(nodeId, address, description, role, heartbeat, condition), stop).ConfigureAwait(false))
                yield return assignments;
        }

        public async Task ReportAsync(IReadOnlyList<TaskStatusReport> reports, CancellationToken stop)
        {
            var term = await dispatcher.TermAsync(stop).ConfigureAwait(false);
            await term.Statuses.ReportAsync(nodeId, reports, stop).ConfigureAwait(false);
        }
    }
}
