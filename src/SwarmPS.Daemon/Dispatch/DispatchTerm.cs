using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>The sessions of one term of leadership.</summary>
internal sealed class DispatchTerm
{
    private const string Removed = "The node was removed from the swarm.";

    private readonly SwarmStore store;
    private readonly DispatcherOptions options;
    private readonly ILogger log;
    private readonly CancellationToken ended;
    private readonly Lock gate = new();
    private readonly Dictionary<string, NodeSession> sessions = [];
    private readonly NetworkPicture networks;
    private readonly NodeFaults faults;
    private readonly NodeWatch watch;
    private readonly ChangeSubscription feed;
    private readonly TimeProvider clock;
    private TaskCompletionSource entered = NewSignal();

    /// <summary>A term that lasts until <paramref name="ended"/>.</summary>
    public DispatchTerm(SwarmStore store, DispatcherOptions options, TimeProvider clock, ILogger log, CancellationToken ended)
    {
        (this.store, this.options, this.clock, this.log, this.ended) = (store, options, clock, log, ended);
        networks = new() { DataPathPort = () => store.Current.Swarm?.DataPathPort ?? SwarmDefaults.DataPathPort, PassOver = PassOver };
        faults = new(store, clock, log);
        watch = new(store, SessionOf, Silent, faults.Of, clock, log);
        Statuses = new(store);
        // Sessions read the state when they open, which is later: of what was before, the feed need not tell.
        feed = store.Feed.Subscribe(ObjectKind.Task, ObjectKind.Node, ObjectKind.Service, ObjectKind.Network, ObjectKind.Swarm);
        feed.TryNext();
        networks.Reset(store.Current);
    }

    /// <summary>Takes statuses.</summary>
    public StatusWriter Statuses { get; }

    /// <summary>Runs until the term ends.</summary>
    public async Task RunAsync()
    {
        foreach (var node in store.Current.Nodes.All.Where(node => node.Status.State != NodeState.Down))
            watch.Expect(node.Id, options.DownAfterNewLeader);
        Exception? fault;
        await using (var scope = new LoopScope(ended))
        {
            scope.Run("assignments", RouteAsync);
            scope.Run("statuses", Statuses.RunAsync);
            scope.Run("silent nodes", watch.RunAsync);
            scope.Run("faulty nodes", faults.RunAsync);
            await Task.WhenAny(scope.FirstFault, Task.Delay(Timeout.InfiniteTimeSpan, clock, ended)).ConfigureAwait(false);
            fault = scope.FirstFault.IsCompleted ? await scope.FirstFault.ConfigureAwait(false) : null;
        }
        if (fault is not null)
            throw fault;
        ended.ThrowIfCancellationRequested();
    }

    /// <summary>Opens a node's session. A ready node stays ready while it lasts, and for a moment after, so that it may open the next one.</summary>
    public async IAsyncEnumerable<Assignments> OpenSessionAsync(SessionRequest request, [EnumeratorCancellation] CancellationToken stop)
    {
        if (faults.Of(request.NodeId) is { } fault)
            throw new SwarmException(SwarmErrorCode.Unavailable, $"This node opens no session for {NodeFaults.Quarantine.TotalSeconds:0} s. {fault}");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, ended);
        // Another one for each session, so that nothing confirmed in an earlier one counts.
        var asks = request.Condition is null ? 0 : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
        var session = new NodeSession(request.NodeId, store, networks, request.Heartbeat, asks);
        Enter(session);
        var following = Task.CompletedTask;
        try
        {
            await store.UpdateAsync(tx => Register(tx, request), either.Token).ConfigureAwait(false);
            session.Registered(store.Current.Nodes.Find(request.NodeId)?.Version.Index ?? 0);
            log.SessionOpened(request.NodeId, request.Description.Hostname ?? "");
            if (request.Condition is { } condition)
                following = FollowAsync(session, condition, either.Token);
            while (true)
                yield return await NextAsync(session, either.Token, stop).ConfigureAwait(false);
        }
        finally
        {
            Leave(session);
            await either.CancelAsync().ConfigureAwait(false);
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A message of a node was refused by its content: the node is shown as faulty, and its session ends.</summary>
    public void Refuse(string nodeId, string call, string why)
    {
        if (faults.Put(nodeId, call, why))
            SessionOf(nodeId)?.End($"It sent what cannot be taken: {why}");
    }

    /// <summary>Has a node come to a manager with a stream; one that has just lost its leader is waited for. Throws <see cref="SwarmException"/>.</summary>
    public async Task CallAsync(string nodeId, StreamCall call, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(options.CallWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, ended, late.Token);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (sessions.TryGetValue(nodeId, out var session))
                {
                    session.Call(call);
                    return;
                }
                next = entered.Task;
            }
            var node = store.Current.Nodes.Find(nodeId) ?? throw SwarmException.NotFound("node", nodeId);
            var name = node.Description?.Hostname ?? nodeId;
            if (node.Status.State is NodeState.Down)
                throw new SwarmException(SwarmErrorCode.Unavailable, $"Node {name} is down: nothing on it can be reached until it is back.");
            try
            {
                await next.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new SwarmException(SwarmErrorCode.Unavailable, ended.IsCancellationRequested ? "This manager does not lead any more." : $"Node {name} has no session with the managers. See that its swarmpsd runs and reaches them.");
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Register(StoreTransaction tx, SessionRequest request)
    {
        var node = tx.View.Nodes.Find(request.NodeId) ?? throw new SwarmException(
            SwarmErrorCode.NotFound, $"node {request.NodeId} is not part of the swarm: it was removed. Let it leave the swarm and join again.");
        var registered = node with
        {
            Description = request.Description with { TLSInfo = request.Description.TLSInfo ?? node.Description?.TLSInfo ?? tx.View.Swarm?.TLSInfo },
            Status = NodeReadiness.AtStart(node.Status, request.Address, request.Condition?.Present.Condition),
            SessionRole = request.Role,
        };
        if (registered != node)
            tx.Put(registered);
    }

    /// <summary>Keeps the status of a node with a session at what the node says of itself. What cannot be written ends the session: the node opens another.</summary>
    private async Task FollowAsync(NodeSession session, ConditionSource source, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                // What the node was asked is read after what it says: an answer to a question is never older than the question.
                var (condition, changed) = source.Present;
                if (Wanted(store.Current, session, condition) is not null)
                {
                    Node? written = null;
                    await store.UpdateAsync(tx => written = SetStatus(tx, session, condition), stop).ConfigureAwait(false);
                    Tell(written);
                }
                await changed.WaitAsync(stop).ConfigureAwait(false);
            }
        }
        catch (SwarmException refusal)
        {
            session.End($"Its status could not be written: {refusal.Message}");
        }
    }

    private Node? SetStatus(StoreTransaction tx, NodeSession session, NodeCondition condition)
    {
        if (SessionOf(session.NodeId) != session || Wanted(tx.View, session, condition) is not { } node)
            return null;
        tx.Put(node);
        return node;
    }

    private void Tell(Node? node)
    {
        if (node is { Status.State: NodeState.Ready })
            log.NodeReady(node.Id, node.Description?.Hostname ?? "");
        else if (node is not null)
            log.NodeNotReady(node.Id, node.Description?.Hostname ?? "", node.Status.Message ?? "");
    }

    private static bool HasGateway(Node node, string? networkId) => node.Gateways.OrEmpty().Any(gateway => gateway.NetworkId == networkId);

    /// <summary>The node with the status that it should have; null where it has that.</summary>
    private Node? Wanted(Snapshot state, NodeSession session, NodeCondition condition)
    {
        if (state.Nodes.Find(session.NodeId) is not { } node)
            return null;
        if (node is { CurrentRole: NodeRole.Worker, SessionRole: NodeRole.Manager })
            return null;
        var ingress = NetworkUse.Ingress(state)?.Id;
        var status = NodeReadiness.StatusOf(node.Status, condition, session.Asked, HasGateway(node, ingress) ? null : ingress);
        return status == node.Status ? null : node with { Status = status };
    }

    private async Task<Assignments> NextAsync(NodeSession session, CancellationToken either, CancellationToken stop)
    {
        try
        {
            return await session.NextAsync(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, "This manager does not lead any more.");
        }
    }

    /// <summary>How long a node may be silent: the swarm's heartbeat period.</summary>
    private TimeSpan Silent() => options.Patience(store.Current.Swarm);

    private NodeSession? SessionOf(string nodeId)
    {
        lock (gate)
            return sessions.GetValueOrDefault(nodeId);
    }

    private void Enter(NodeSession session)
    {
        NodeSession? older;
        lock (gate)
        {
            older = sessions.GetValueOrDefault(session.NodeId);
            sessions[session.NodeId] = session;
            entered.TrySetResult();
            entered = NewSignal();
            if (session.LastHeard is null)
                watch.Heard(session.NodeId);
            else
                watch.Expect(session.NodeId, Silent());
        }
        older?.End("The node has opened a newer session.");
    }

    private void Leave(NodeSession session)
    {
        lock (gate)
        {
            if (sessions.GetValueOrDefault(session.NodeId) != session)
                return;
            sessions.Remove(session.NodeId);
            if (!ended.IsCancellationRequested)
                watch.ExpectAfter(session.LastHeard, session.NodeId, Silent());
        }
    }

    /// <summary>Tells each session which of its tasks have changed. It reads them itself, so what changed twice is sent once.</summary>
    private async Task RouteAsync(CancellationToken stop)
    {
        using var subscribed = feed;
        while (true)
        {
            var batch = await feed.NextAsync(stop).ConfigureAwait(false);
            lock (gate)
            {
                if (batch.Resync)
                    Reread(store.Current);
                else
                    RouteNetworks(batch.Changes);
                foreach (var change in batch.Changes)
                    OneObject.Handle(PassOver, change.Kind, change.Object.Id, () => Route(change));
            }
        }
    }

    /// <summary>Tells the sessions which networks have changed, before they hear of the tasks on them.</summary>
    private void RouteNetworks(IReadOnlyList<ObjectChange> changes)
    {
        HashSet<string> changed = new(StringComparer.Ordinal);
        var all = false;
        foreach (var change in changes)
        {
            OneObject.Handle(PassOver, change.Kind, change.Object.Id, () =>
            {
                var concerned = networks.Observe(change);
                changed.UnionWith(concerned.Networks);
                all |= concerned.All;
            });
        }
        if (changed.Count == 0 && !all)
            return;
        foreach (var session in sessions.Values.Where(session => all || networks.Concerns(session.NodeId, changed)))
            session.MarkNetworks(changed);
    }

    private void PassOver(ObjectKind kind, string id, Exception fault) => log.PassedOver(fault, kind, id, "assignments");

    private void Reread(Snapshot state)
    {
        networks.Reset(state);
        foreach (var session in sessions.Values)
        {
            if (state.Nodes.Find(session.NodeId) is null)
                session.End(Removed);
            else
                session.MarkAll();
        }
    }

    private void Route(in ObjectChange change)
    {
        if (change.Kind == ObjectKind.Node)
        {
            if (change.New is null && sessions.TryGetValue(change.Object.Id, out var removed))
                removed.End(Removed);
            // A node that was let in and never comes must not be waited for.
            if (change.Old is null && !sessions.ContainsKey(change.Object.Id))
                watch.Expect(change.Object.Id, options.DownAfterNewLeader);
            // It may be known now, whatever of it has changed.
            if (change.New is not null && sessions.TryGetValue(change.Object.Id, out var known))
                known.MarkNetworks([]);
            return;
        }
        if (change.Kind != ObjectKind.Task)
            return;
        var (before, after) = ((SwarmTask?)change.Old, (SwarmTask?)change.New);
        if (AssignedTask.Of(before) == AssignedTask.Of(after))
            return;
        foreach (var nodeId in new[] { before?.NodeId, after?.NodeId }.Distinct())
        {
            if (nodeId is not null && sessions.TryGetValue(nodeId, out var session))
                session.Mark(change.Object.Id);
        }
    }
}
