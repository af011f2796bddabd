using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// Nodes that have sent what cannot be taken. Each is shown as such, and opens no session for a while: its tasks go elsewhere, as those of a node
/// that is not heard. However much of it comes, a node costs one change of the store in that time.
/// </summary>
internal sealed class NodeFaults(SwarmStore store, TimeProvider clock, ILogger log)
{
    /// <summary>How long a node opens no session after the first message that was refused.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(10);

    /// <summary>Characters of the reason that are kept.</summary>
    private const int ReasonMax = 500;

    private static readonly Meter Meter = new("SwarmPS.Daemon");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("swarmps.nodes.refused_messages", "{message}", "Messages of nodes that were refused");

    private readonly Lock gate = new();
    private readonly Dictionary<string, Fault> faults = new(StringComparer.Ordinal);
    private readonly HashSet<string> news = new(StringComparer.Ordinal);
    private TaskCompletionSource wake = NewSignal();

    /// <summary>A message of a node was refused; whether the first in a while, so that its session has to end.</summary>
    public bool Put(string nodeId, string call, string why)
    {
        Refused.Add(1, new KeyValuePair<string, object?>("node", nodeId));
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (faults.TryGetValue(nodeId, out var known) && now < known.Until)
                return false;
            faults[nodeId] = new(why.Length > ReasonMax ? why[..ReasonMax] : why, now + Quarantine);
            news.Add(nodeId);
            wake.TrySetResult();
        }
        log.MessageRefused(nodeId, call, why);
        return true;
    }

    /// <summary>Why a node is refused at present; null where it is not.</summary>
    public string? Of(string nodeId)
    {
        lock (gate)
        {
            if (!faults.TryGetValue(nodeId, out var fault))
                return null;
            if (clock.GetUtcNow() < fault.Until)
                return $"It sent what cannot be taken: {fault.Why}";
            faults.Remove(nodeId);
            return null;
        }
    }

    /// <summary>Shows the nodes as faulty, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            Task wait;
            lock (gate)
                wait = wake.Task;
            await wait.WaitAsync(stop).ConfigureAwait(false);
            List<string> faulty;
            lock (gate)
            {
                faulty = [.. news];
                news.Clear();
                wake = NewSignal();
            }
            await ShowAsync(faulty, stop).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ShowAsync(List<string> faulty, CancellationToken stop)
    {
        try
        {
            await store.UpdateAsync(
                tx =>
                {
                    foreach (var node in faulty.Select(tx.View.Nodes.Find).OfType<Node>())
                        tx.Put(node with { Status = new() { State = NodeState.Unknown, Addr = node.Status.Addr, Message = Of(node.Id) ?? node.Status.Message } });
                },
                stop).ConfigureAwait(false);
        }
        catch (SwarmException refusal)
        {
            // It opens no session meanwhile, and is shown as down.
            log.FaultNotShown(string.Join(", ", faulty), refusal.Message);
        }
    }

    private sealed record Fault(string Why, DateTimeOffset Until);
}
