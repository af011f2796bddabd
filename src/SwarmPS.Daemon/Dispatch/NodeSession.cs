using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// What one node has been told, and what it still has to be told. Ended tasks count until the store forgets them: so long the
/// node keeps their containers, and their output can be read.
/// </summary>
/// <param name="nodeId">The node.</param>
/// <param name="store">The store.</param>
/// <param name="networks">The networks of all nodes.</param>
/// <param name="heartbeat">When the node was last heard; null for the node of this very process.</param>
/// <param name="asks">What the node is asked to confirm once it was told all of its networks; 0 for nothing.</param>
internal sealed class NodeSession(string nodeId, SwarmStore store, NetworkPicture networks, Heartbeat? heartbeat = null, ulong asks = 0)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, AssignedTask> sent = [];
    private readonly NodePayloads payloads = new();
    private readonly SentNetworks sentNetworks = new(nodeId, networks);
    private HashSet<string> changed = [];
    private HashSet<string> changedNetworks = [];
    private List<StreamCall> calls = [];
    private bool all = true;
    private ulong asked;
    private ulong registered = ulong.MaxValue;
    private string? ended;
    private TaskCompletionSource wake = NewSignal();

    /// <summary>The node.</summary>
    public string NodeId => nodeId;

    /// <summary>When the node was last heard; null for the node of this very process, which is always heard.</summary>
    public DateTimeOffset? LastHeard => heartbeat?.Last;

    /// <summary>What the node was asked to confirm; 0 where it was not asked yet.</summary>
    public ulong Asked => Volatile.Read(ref asked);

    /// <summary>The version of the node with which it was registered: the node is asked once the networks are known as of that.</summary>
    public void Registered(ulong version) => Change(() => registered = version);

    /// <summary>A task has changed.</summary>
    public void Mark(string taskId) => Change(() => changed.Add(taskId));

    /// <summary>Networks have changed, or who is on them.</summary>
    public void MarkNetworks(IEnumerable<string> ids) => Change(() => changedNetworks.UnionWith(ids));

    /// <summary>Any task may have changed.</summary>
    public void MarkAll() => Change(() => all = true);

    /// <summary>A manager wants a stream with the node.</summary>
    public void Call(StreamCall call) => Change(() => calls.Add(call));

    /// <summary>Ends the session.</summary>
    public void End(string reason) => Change(() => ended = reason);

    /// <summary>Waits until there is something to tell; the first time that is everything. One caller at a time.</summary>
    public async Task<Assignments> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            bool everything;
            HashSet<string> some, someNetworks;
            List<StreamCall> called;
            ulong since;
            Task wait;
            lock (gate)
            {
                if (ended is { } reason)
                    throw new SwarmException(SwarmErrorCode.Unavailable, $"The session of node {nodeId} has ended: {reason}");
                ((everything, all), (some, changed), (someNetworks, changedNetworks), (called, calls)) = ((all, false), (changed, []), (changedNetworks, []), (calls, []));
                since = registered;
                if (wake.Task.IsCompleted)
                    wake = NewSignal();
                wait = wake.Task;
            }
            var next = (everything ? Everything(store.Current) : Changes(store.Current, some)) with { Calls = called };
            // Before the networks are read: what is missing now may be read then, and is asked for with a later message.
            var knowsAll = asked != asks && networks.IsCompleteFor(nodeId, since);
            // The picture may know of a change for which this session is not marked yet; what is to be confirmed is told with it.
            if (knowsAll)
                someNetworks.UnionWith(networks.NetworksOf(nodeId));
            next = sentNetworks.Tell(next, someNetworks);
            if (knowsAll)
            {
                next = next with { Confirm = asks };
                Volatile.Write(ref asked, asks);
            }
            if (!next.IsEmpty)
                return next;
            await wait.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            wake.TrySetResult();
        }
    }

    private Assignments Everything(Snapshot state)
    {
        sent.Clear();
        payloads.Clear();
        List<SwarmTask> tasks = [];
        foreach (var task in state.TasksOfNode(nodeId))
        {
            if (AssignedTask.Of(task) is not { } concern)
                continue;
            sent[task.Id] = concern;
            payloads.Set(task.Id, concern);
            tasks.Add(WithDefaults(task, state));
        }
        return new(true, tasks, []) { Payloads = payloads.Settle(state).New };
    }

    private Assignments Changes(Snapshot state, HashSet<string> ids)
    {
        List<SwarmTask> tasks = [];
        List<string> removed = [];
        foreach (var id in ids)
        {
            var task = state.Tasks.Find(id);
            var concern = AssignedTask.Of(task);
            if (concern?.NodeId != nodeId)
            {
                if (!sent.Remove(id))
                    continue;
                removed.Add(id);
                payloads.Set(id, null);
            }
            else if (sent.GetValueOrDefault(id) != concern)
            {
                sent[id] = concern;
                payloads.Set(id, concern);
                tasks.Add(WithDefaults(task!, state));
            }
        }
        var (fresh, gone) = payloads.Settle(state);
        return new(false, tasks, removed) { Payloads = fresh, RemovedPayloads = gone };
    }

    /// <summary>A task that says nothing of its output's way gets the swarm's.</summary>
    private static SwarmTask WithDefaults(SwarmTask task, Snapshot state) =>
        task.Spec.LogDriver is null && state.Swarm?.Spec.TaskDefaults?.LogDriver is { Name.Length: > 0 } driver
            ? task with { Spec = task.Spec with { LogDriver = driver } }
            : task;
}
