using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Has the data plane bring this node's networks to what the managers last said, and tells runners when theirs are ready.</summary>
/// <param name="plane">The data plane.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class NodeNetworkKeeper(INodePlane plane, TimeProvider clock, ILogger log)
{
    private static readonly IReadOnlyDictionary<string, string> NoneLacking = new Dictionary<string, string>();

    private readonly Lock gate = new();
    private NodeNetworks wanted = NodeNetworks.None;
    private NodeNetworks? reached;

    /// <summary>Networks of those reached that do not stand, and why.</summary>
    private IReadOnlyDictionary<string, string> lacking = NoneLacking;

    /// <summary>Why nothing newer was reached at all.</summary>
    private string? failure;

    /// <summary>What of that which was reached could not be applied; null where all was.</summary>
    private string? shortfall;

    /// <summary>What the managers want to be confirmed when what they said until then is reached, and what of that was; 0 for nothing.</summary>
    private (ulong Wanted, ulong Reached) confirm;

    /// <summary>Looks that were asked for at what there is, and how many of them were taken.</summary>
    private (long Asked, long Taken) audits;
    private bool isTold;
    private TaskCompletionSource asked = NewSignal();
    private TaskCompletionSource moved = NewSignal();

    /// <summary>The data plane.</summary>
    public INodePlane Plane => plane;

    /// <summary>What the managers last said.</summary>
    public NodeNetworks Wanted
    {
        get
        {
            lock (gate)
                return wanted;
        }
    }

    /// <summary>Hears that what the node can do may have changed; it must not wait.</summary>
    public Action? Changed { get; init; }

    /// <summary>How far the data plane has come. Not part of it: whether the engine answers.</summary>
    public (bool IsLookedAt, NodeCondition Condition) Condition
    {
        get
        {
            lock (gate)
            {
                var condition = new NodeCondition
                {
                    Confirmed = confirm.Reached,
                    Fault = failure ?? shortfall,
                    Unapplied = failure is null ? lacking.Keys.Order(StringComparer.Ordinal).ToValueList() : wanted.Networks.Select(network => network.Id).ToValueList(),
                };
                return (audits.Taken >= audits.Asked, condition);
            }
        }
    }

    /// <summary>Takes what was kept from before a restart.</summary>
    public void Set(NodeNetworks networks)
    {
        lock (gate)
        {
            (wanted, isTold) = (networks with { Networks = networks.Networks.Select(SoundPeers.Of).ToValueList() }, true);
            asked.TrySetResult();
        }
    }

    /// <summary>Has everything compared with what there is, as when the engine was away. Nothing is done before something was said.</summary>
    public void Audit()
    {
        lock (gate)
        {
            if (!isTold)
                return;
            audits.Asked++;
            asked.TrySetResult();
        }
    }

    /// <summary>Takes what the managers say; false where they say nothing of networks.</summary>
    public bool Take(Assignments assignments)
    {
        if (!assignments.Complete && assignments.Confirm == 0 && assignments.Networks.Count + assignments.RemovedNetworks.Count == 0 &&
            assignments.MeshPorts is null && assignments.TunnelKeys is null)
            return false;
        var gone = assignments.Networks.Select(network => network.Id).Concat(assignments.RemovedNetworks).ToHashSet(StringComparer.Ordinal);
        lock (gate)
        {
            var before = wanted;
            wanted = new(
                (assignments.Complete ? [] : wanted.Networks.Where(network => !gone.Contains(network.Id))).Concat(assignments.Networks.Select(SoundPeers.Of)).OrderBy(network => network.Id, StringComparer.Ordinal).ToValueList(),
                assignments.MeshPorts ?? wanted.Ports)
            {
                Keys = assignments.TunnelKeys is { } keys ? (keys.Keys.Count > 0 ? keys : null) : assignments.Complete ? null : wanted.Keys,
            };
            if (assignments.Confirm != 0)
                confirm.Wanted = assignments.Confirm;
            isTold = true;
            // A node that has no networks and had none is left alone: it needs none of the programs that make them.
            if (wanted != NodeNetworks.None || before != NodeNetworks.None)
                asked.TrySetResult();
            else
                confirm.Reached = confirm.Wanted;
        }
        Changed?.Invoke();
        return true;
    }

    /// <summary>Reconciles until stopped: on change, after a failure, and from time to time. Nothing is touched before something was said.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(clock);
        while (true)
        {
            await AskedAsync(stop).ConfigureAwait(false);
            var (now, confirming, audit) = Next();
            try
            {
                await plane.ReconcileAsync(now, stop).ConfigureAwait(false);
                Move(() => (reached, lacking, shortfall, failure, confirm.Reached, audits.Taken) = (now, NoneLacking, null, null, confirming, audit));
                if (plane.IsSettled)
                    backoff.Reset();
                else
                    await PauseAsync(backoff, now, stop).ConfigureAwait(false);
            }
            catch (NetworksNotReachedException fault)
            {
                log.NetworksNotReached(fault.Message);
                Move(() => (reached, lacking, shortfall, failure, audits.Taken) = (now, fault.Reasons, fault.Message, null, audit));
                await PauseAsync(backoff, now, stop).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is AggregateException or NetworkToolException or EngineException or EngineUnreachableException or IOException)
            {
                log.NetworksNotReached(fault.Message);
                Move(() => (failure, audits.Taken) = (fault.Message, audit));
                await PauseAsync(backoff, now, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What to bring about, what that confirms, and the looks that are taken by it.</summary>
    private (NodeNetworks Now, ulong Confirming, long Audit) Next()
    {
        lock (gate)
        {
            // A record that comes again has the plane look at what there is; one that has changed has it do what has changed.
            if (audits.Taken == audits.Asked || reached is null || reached == wanted)
                return (wanted, confirm.Wanted, audits.Asked);
            asked.TrySetResult();
            return (wanted, confirm.Wanted, audits.Taken);
        }
    }

    /// <summary>Waits until it is time to try again, or something else is wanted.</summary>
    private async Task PauseAsync(Backoff backoff, NodeNetworks now, CancellationToken stop)
    {
        await Task.WhenAny(backoff.WaitAsync(stop), AskedAgainAsync(now, stop)).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        lock (gate)
            asked.TrySetResult();
    }

    /// <summary>Waits until a task's networks stand and have a place for it, whatever becomes of other networks.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tell">Hears why it takes longer.</param>
    /// <param name="stop">Ends the wait.</param>
    public Task UntilPlacedAsync(SwarmTask task, Action<string> tell, CancellationToken stop)
    {
        var ids = task.NetworksAttachments.OrEmpty().Select(attachment => attachment.Network?.Id ?? "").ToList();
        return UntilAsync(now => ids.TrueForAll(id => !lacking.ContainsKey(id) && now.Networks.Any(network => network.Id == id && Has(network, task.Id))), ids, tell, stop);
    }

    /// <summary>
    /// Waits until neither this node's networks nor, as far as can be known, those of others lead to a task. A node that cannot be
    /// told must not keep the task from stopping, so the wait has an end in any case.
    /// </summary>
    public async Task DrainAsync(string taskId, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Limits.WithdrawWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            await UntilAsync(now => !now.Networks.Any(network => network.Endpoints.Any(endpoint => endpoint.Task == taskId && (endpoint.Serving || lacking.ContainsKey(network.Id)))), [], _ => { }, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return;
        }
        if (Wanted.Networks.Any(network => network.Gateways.Count > 0))
            await Task.Delay(Limits.DrainWait, clock, stop).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool Has(NodeNetwork network, string taskId) => network.Endpoints.Any(endpoint => endpoint.Task == taskId);

    /// <param name="isSo">What is waited for; asked inside the gate.</param>
    /// <param name="ids">The networks that it takes.</param>
    /// <param name="tell">Hears why it takes longer.</param>
    /// <param name="stop">Ends the wait.</param>
    private async Task UntilAsync(Func<NodeNetworks, bool> isSo, IReadOnlyList<string> ids, Action<string> tell, CancellationToken stop)
    {
        string? told = null;
        while (true)
        {
            Task wait;
            string? why;
            lock (gate)
            {
                if (reached is { } now && isSo(now))
                    return;
                (wait, why) = (moved.Task, failure ?? Why(ids));
            }
            if (why is not null && why != told)
                tell(told = why);
            await wait.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private string? Why(IReadOnlyList<string> ids) =>
        ids.Any(lacking.ContainsKey) ? string.Join(' ', ids.Where(lacking.ContainsKey).Select(id => lacking[id]).Distinct(StringComparer.Ordinal)) : null;

    private void Move(Action change)
    {
        lock (gate)
        {
            change();
            moved.TrySetResult();
            moved = NewSignal();
        }
        Changed?.Invoke();
    }

    /// <summary>Waits until something was said, or, once something was, until it is time to look.</summary>
    private async Task AskedAsync(CancellationToken stop)
    {
        Task wait;
        lock (gate)
            wait = asked.Task;
        if (reached is null)
        {
            await wait.WaitAsync(stop).ConfigureAwait(false);
        }
        else
        {
            using var audit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(wait, Task.Delay(Limits.NetworkAuditInterval, clock, audit.Token)).ConfigureAwait(false);
            await audit.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
        lock (gate)
            asked = NewSignal();
    }

    private Task AskedAgainAsync(NodeNetworks now, CancellationToken stop)
    {
        lock (gate)
            return ReferenceEquals(now, wanted) ? asked.Task.WaitAsync(stop) : Task.CompletedTask;
    }
}
