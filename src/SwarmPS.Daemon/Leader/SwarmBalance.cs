using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Orchestration;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// Moves tasks of all services to nodes that came or came back, where the swarm's administrator wants that, and never more at a time
/// than its budget. It looks when a node has come and has stayed for a while, and whenever a move has ended.
/// </summary>
internal sealed class SwarmBalance(Func<string> newId)
{
    /// <summary>How long nodes are let settle: one that comes and goes is not worth a move.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> moves = new(StringComparer.Ordinal);
    private readonly HashSet<string> failed = new(StringComparer.Ordinal);
    private bool nodesCame;
    private bool moveEnded;

    /// <summary>When it is to look; null where nothing is awaited.</summary>
    public Timestamp? DueAt { get; private set; }

    /// <summary>Whether a round would decide anything.</summary>
    public bool HasWork(Timestamp now) => nodesCame || moveEnded || DueAt <= now;

    /// <summary>Forgets everything, and looks once nodes have settled.</summary>
    public void Begin()
    {
        Clear();
        nodesCame = true;
    }

    /// <summary>Forgets everything, and moves nothing.</summary>
    public void Clear()
    {
        moves.Clear();
        failed.Clear();
        (nodesCame, moveEnded, DueAt) = (false, false, null);
    }

    /// <summary>Takes notice of a change.</summary>
    public void Observe(ObjectChange change)
    {
        switch (change)
        {
            case { New: Node node } when TakesTasks(node) && !TakesTasks(change.Old as Node):
                failed.Clear();
                nodesCame = true;
                break;
            case { New: SwarmObject swarm } when RebalanceBudget.Of(swarm.Spec.Labels) != RebalanceBudget.Of((change.Old as SwarmObject)?.Spec.Labels):
                nodesCame = true;
                break;
            case { Old: Service old } when (change.New as Service)?.SpecVersion != old.SpecVersion:
                failed.Remove(old.Id);
                break;
            case { Kind: ObjectKind.Task } when moves.TryGetValue(change.Object.Id, out var serviceId):
                End(change.New as SwarmTask, change.Object.Id, serviceId);
                break;
        }
    }

    /// <summary>Begins what moves the budget has room for.</summary>
    /// <param name="state">The state, in which nothing else is to be decided now.</param>
    /// <param name="now">When.</param>
    public IReadOnlyList<StoreChange> Decide(Snapshot state, Timestamp now)
    {
        var budget = RebalanceBudget.Of(state.Swarm?.Spec.Labels);
        if (budget == 0)
            DueAt = null;
        else if (moveEnded)
            DueAt = now;
        else if (nodesCame)
            DueAt = now + SettleTime;
        (nodesCame, moveEnded) = (false, false);
        if (DueAt is null || now < DueAt)
            return [];
        DueAt = null;
        return Begin(state, budget, now);
    }

    private List<StoreChange> Begin(Snapshot state, int budget, Timestamp now)
    {
        var services = state.Services.All.Where(service => service.Spec.Mode?.Replicated is not null).OrderBy(service => service.Id, StringComparer.Ordinal).ToList();
        var moving = new HashSet<string>(StringComparer.Ordinal);
        // Others, as the leader before, may have begun some.
        foreach (var task in services.SelectMany(service => Moves.UnderWay(state, service)))
        {
            moves[task.Id] = task.ServiceId;
            moving.Add(task.ServiceId);
        }
        List<StoreChange> changes = [];
        Rebalancing? rebalancing = null;
        foreach (var service in services.Where(service => !moving.Contains(service.Id) && !failed.Contains(service.Id) && Moves.AreAllowed(service)))
        {
            if (budget <= moves.Count)
                break;
            rebalancing ??= new(state, now);
            var atATime = service.Spec.UpdateConfig is { } config ? config.Parallelism : 1;
            var most = budget - moves.Count;
            var planned = rebalancing.Plan(service, atATime == 0 ? most : (int)Math.Min((ulong)most, atATime));
            foreach (var begun in Moves.Begin(state, service, planned.Select(move => (move.TaskId, move.NodeId)), now, newId))
            {
                moves[begun.Id] = service.Id;
                changes.Add(begun);
            }
        }
        return changes;
    }

    /// <summary>A service of which a task did not come to run elsewhere is let be, until a node comes or its spec changes.</summary>
    private void End(SwarmTask? successor, string id, string serviceId)
    {
        if (successor is { DesiredState: <= TaskState.Running, Status.State: < TaskState.Running })
            return;
        moves.Remove(id);
        moveEnded = true;
        if (successor is not { Status.State: TaskState.Running })
            failed.Add(serviceId);
    }

    private static bool TakesTasks(Node? node) =>
        node is { Status.State: NodeState.Ready, Spec.Availability: null or NodeAvailability.Active };
}
