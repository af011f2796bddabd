using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// Runs the deciders while this manager leads: after each change of the store, and when something is due. Each round is one
/// transaction, so a new service's tasks have their nodes one commit after the service itself. A service, task or node that cannot be
/// handled is passed over until it changes; any other fault ends the loop, so that this manager steps down.
/// </summary>
internal sealed class ControlLoop(SwarmStore store, TimeProvider clock, Func<string> newId, ILogger log)
{
    /// <summary>The wait after a round that was refused, as by a full disk.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait of one timer; after it the loop only looks again how long it has to wait.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromHours(1);

    private readonly ControlRound round = new(newId, (kind, id, fault) => log.PassedOver(fault, kind, id, "control"));

    /// <summary>Runs until stopped. One at a time.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        round.Reset();
        using var feed = store.Feed.Subscribe(ObjectKind.Network, ObjectKind.Service, ObjectKind.Task, ObjectKind.Node, ObjectKind.Swarm);
        while (true)
        {
            await WaitAsync(feed, stop).ConfigureAwait(false);
            CatchUp(feed, store.Current);
            while (round.HasWork(Timestamp.From(clock.GetUtcNow())))
                await RunRoundAsync(feed, stop).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(ChangeSubscription feed, CancellationToken stop)
    {
        var changes = feed.WaitAsync(stop);
        if (round.WakeAt is not { } due)
        {
            await changes.ConfigureAwait(false);
            return;
        }
        // Rounded up, since a timer that fires early would only be set again.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling((due - Timestamp.From(clock.GetUtcNow())).TotalMilliseconds));
        if (wait <= TimeSpan.Zero || changes.IsCompletedSuccessfully)
            return;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(changes, Task.Delay(wait < WaitMax ? wait : WaitMax, clock, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Decides and commits.</summary>
    private async Task RunRoundAsync(ChangeSubscription feed, CancellationToken stop)
    {
        var runs = 0;
        try
        {
            var updates = await store.UpdateAsync(
                transaction =>
                {
                    // A second run means that the first one's changes came to nothing, so what is known is wrong.
                    if (runs++ > 0)
                        round.Reset();
                    return Decide(feed, transaction);
                },
                stop).ConfigureAwait(false);
            foreach (var (name, status) in updates)
                log.UpdateState(name, status.State.ToString() ?? "", status.Message ?? "");
            round.ChangesMax = Math.Min(round.ChangesMax * 2, ControlRound.ChangesMaxDefault);
        }
        catch (SwarmException refusal) when (refusal.Code == SwarmErrorCode.InvalidArgument && round.ChangesMax > 1)
        {
            // Specs may be so large that so many changes do not fit into one entry.
            round.ChangesMax /= 2;
            round.Reset();
        }
        catch (SwarmException refusal) when (refusal.Code == SwarmErrorCode.Unavailable && !stop.IsCancellationRequested)
        {
            log.Refused(RetryInterval.TotalSeconds, refusal.Message);
            round.Reset();
            await Task.Delay(RetryInterval, clock, stop).ConfigureAwait(false);
        }
    }

    private List<(string Name, UpdateStatus Status)> Decide(ChangeSubscription feed, StoreTransaction transaction)
    {
        var state = transaction.View;
        CatchUp(feed, state);
        if (round.IsAnew)
            log.DecidingAnew(state.Services.Count, state.Tasks.Count, state.Nodes.Count);
        var changes = round.Decide(state, transaction.Preceding, transaction.Now);
        transaction.Apply(changes);
        return UpdateStates(state, changes);
    }

    /// <summary>
    /// Takes notice of all that was applied so far. In a transaction this is complete: the writer runs it, and nothing is applied
    /// meanwhile, so that only its predecessors in the same entry are left.
    /// </summary>
    private void CatchUp(ChangeSubscription feed, Snapshot state)
    {
        if (feed.TryNext() is { } batch)
            round.Observe(state, batch);
    }

    private static List<(string Name, UpdateStatus Status)> UpdateStates(Snapshot before, IReadOnlyCollection<StoreChange> changes)
    {
        List<(string, UpdateStatus)> states = [];
        foreach (var change in changes)
        {
            if (change.Object is Service { UpdateStatus: { } status } service && before.Services.Find(service.Id)?.UpdateStatus?.State != status.State)
                states.Add((service.Spec.Name ?? service.Id, status));
        }
        return states;
    }
}
