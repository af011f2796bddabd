using SwarmPS.Allocation;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// One decision after the other: which tasks there should be, with which addresses, on which nodes, and which are forgotten. It knows what has changed
/// since the last one and decides on that alone; everything it knows can be made anew from a snapshot.
/// </summary>
internal sealed class ControlRound(Func<string> newId, PassOver? passOver = null)
{
    /// <summary>Changes of one round, so that no log entry grows too large. What remains comes in the next round.</summary>
    public const int ChangesMaxDefault = 2_000;

    private static readonly WakeUps.Subject SchedulerWake = new(ObjectKind.Swarm, "");
    private static readonly WakeUps.Subject BalanceWake = new(ObjectKind.Swarm, "balance");

    private readonly Allocator allocator = new() { PassOver = passOver };
    private readonly Scheduler scheduler = new() { PassOver = passOver };
    private readonly KnownServices known = new();
    private readonly SwarmBalance balance = new(newId);
    private readonly WakeUps wakeUps = new();
    private readonly HashSet<string> services = new(StringComparer.Ordinal);
    private readonly HashSet<string> nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> globals = new(StringComparer.Ordinal);
    private bool anew = true;
    private ulong ownVersion;

    /// <summary>Changes of one round, about.</summary>
    public int ChangesMax { get; set; } = ChangesMaxDefault;

    /// <summary>Whether the next round reads the whole state.</summary>
    public bool IsAnew => anew;

    /// <summary>Slots of services that rounds have looked at so far: what deciding has cost.</summary>
    public long SlotsSeen => known.SlotsSeen;

    /// <summary>When the next round is due though nothing changes; null where nothing is.</summary>
    public Timestamp? WakeAt => wakeUps.Next;

    /// <summary>Whether a round would decide anything.</summary>
    public bool HasWork(Timestamp now) =>
        anew || services.Count > 0 || nodes.Count > 0 || allocator.HasWork || scheduler.HasWork(now) || balance.HasWork(now) || wakeUps.Next is { } next && next <= now;

    /// <summary>Forgets everything; the next round reads the whole state.</summary>
    public void Reset() => (anew, ownVersion) = (true, 0);

    /// <summary>Takes notice of what was applied. To hear of the same change twice does no harm.</summary>
    public void Observe(Snapshot state, ChangeBatch batch)
    {
        anew |= batch.Resync;
        if (!anew)
            Observe(state, batch.Changes);
    }

    /// <summary>Decides on a state that has all changes observed, and those of <paramref name="preceding"/>.</summary>
    /// <param name="state">The state.</param>
    /// <param name="preceding">Changes that are in the state and not observed yet.</param>
    /// <param name="now">When.</param>
    /// <returns>The changes, at most one for each object.</returns>
    public IReadOnlyCollection<StoreChange> Decide(Snapshot state, IReadOnlyList<ObjectChange> preceding, Timestamp now)
    {
        if (anew)
            ReadAll(state, now);
        else
            Observe(state, preceding);
        foreach (var subject in wakeUps.Take(now))
        {
            if (subject.Kind == ObjectKind.Service)
                services.Add(subject.Id);
            else if (subject.Kind == ObjectKind.Node)
                nodes.Add(subject.Id);
        }
        var plan = new Plan(state, allocator, scheduler, known);
        plan.ThenOn(DecideNodes(state, now));
        DecideServices(plan, now);
        Balance(plan, now);
        Allocate(plan, now);
        Schedule(plan, now);
        // Without changes there is no such version of ours, and someone else's transaction gets it.
        ownVersion = plan.Changes.Count > 0 ? state.Version + 1 : 0;
        return plan.Changes;
    }

    /// <summary>Forgets everything; the next rounds decide on one service alone, with all nodes and tasks in view.</summary>
    public void ResetTo(string serviceId, Snapshot state, Timestamp now)
    {
        Clear(state, now);
        services.Add(serviceId);
    }

    private void Clear(Snapshot state, Timestamp now)
    {
        (anew, ownVersion) = (false, 0);
        allocator.Reset(state);
        scheduler.Reset(state, now);
        known.Clear();
        balance.Clear();
        wakeUps.Clear();
        services.Clear();
        nodes.Clear();
        globals.Clear();
    }

    private void ReadAll(Snapshot state, Timestamp now)
    {
        Clear(state, now);
        balance.Begin();
        services.UnionWith(state.Services.All.Select(service => service.Id));
        services.UnionWith(state.Tasks.All.Select(task => task.ServiceId));
        foreach (var service in state.Services.All)
        {
            OneObject.Handle(passOver, ObjectKind.Service, service.Id, () =>
            {
                if (IsGlobal(service))
                    globals.Add(service.Id);
            });
        }
        nodes.UnionWith(state.Nodes.All.Select(node => node.Id));
        nodes.UnionWith(state.Tasks.All.Where(task => task.NodeId != "").Select(task => task.NodeId));
    }

    private void Observe(Snapshot state, IReadOnlyList<ObjectChange> changes)
    {
        foreach (var change in changes)
            OneObject.Handle(passOver, change.Kind, change.Object.Id, () => Observe(state, change));
    }

    private void Observe(Snapshot state, ObjectChange change)
    {
        allocator.Observe(change);
        scheduler.Observe(change);
        balance.Observe(change);
        // What this manager decided itself is no news, it was all thought of.
        var own = change.New is { } made && ownVersion != 0 && made.Version.Index == ownVersion;
        switch (change.Kind)
        {
            case ObjectKind.Service:
                Observe(change.New as Service, change.Object.Id, own);
                break;
            case ObjectKind.Task:
                var concerns = !own && Orchestrator.Concerns(state, change.Old as SwarmTask, change.New as SwarmTask);
                known.Observe(change, concerns);
                if (concerns)
                    services.Add(((SwarmTask)change.Object).ServiceId);
                break;
            case ObjectKind.Node:
                Observe(state, change.Old as Node, change.New as Node);
                break;
            case ObjectKind.Swarm when change is { Old: SwarmObject old, New: SwarmObject swarm } && old.Spec != swarm.Spec:
                known.Clear();
                if (old.Spec.Orchestration != swarm.Spec.Orchestration)
                    services.UnionWith(state.Services.All.Select(service => service.Id));
                break;
        }
    }

    private void Observe(Service? service, string id, bool own)
    {
        if (service is not null && IsGlobal(service))
            globals.Add(id);
        else
            globals.Remove(id);
        known.Forget(id);
        if (!own)
            services.Add(id);
    }

    /// <summary>A node's news concerns the tasks it has, and all services that have one on each node.</summary>
    private void Observe(Snapshot state, Node? old, Node? node)
    {
        if (old is not null && node is not null && old.Spec == node.Spec && old.Description == node.Description && old.Status == node.Status)
            return;
        var id = (node ?? old)!.Id;
        nodes.Add(id);
        foreach (var task in state.TasksOfNode(id))
        {
            services.Add(task.ServiceId);
            known.NodeChanged(task);
        }
        foreach (var global in globals)
        {
            services.Add(global);
            known.NodeChanged(global, id);
        }
    }

    private List<StoreChange> DecideNodes(Snapshot state, Timestamp now)
    {
        List<StoreChange> changes = [];
        foreach (var id in nodes.Order(StringComparer.Ordinal))
        {
            OneObject.Handle(passOver, ObjectKind.Node, id, () =>
            {
                var decided = NodeTasks.Plan(state, id, now);
                wakeUps.Set(new(ObjectKind.Node, id), decided.WakeAt);
                changes.AddRange(decided.Changes);
                services.UnionWith(decided.Changes.Select(change => ((SwarmTask)change.Object!).ServiceId));
            });
        }
        nodes.Clear();
        return changes;
    }

    private void DecideServices(Plan plan, Timestamp now)
    {
        foreach (var id in services.Order(StringComparer.Ordinal).ToList())
        {
            var room = ChangesMax - plan.Changes.Count;
            if (room <= 0)
                return;
            var handled = OneObject.Handle(passOver, ObjectKind.Service, id, () =>
            {
                var decided = known.Plan(plan.State, id, now, newId, room);
                wakeUps.Set(new(ObjectKind.Service, id), decided.WakeAt);
                plan.Add(decided.Changes);
                if (!decided.More)
                    services.Remove(id);
            });
            // It is looked at again when it changes.
            if (!handled)
            {
                services.Remove(id);
                known.Forget(id);
            }
        }
    }

    /// <summary>Moves come last, on a state in which nothing else is to be decided; until then they wait.</summary>
    private void Balance(Plan plan, Timestamp now)
    {
        if (plan.Changes.Count > 0 || services.Count > 0)
            return;
        var begun = balance.Decide(plan.State, now);
        wakeUps.Set(BalanceWake, balance.DueAt);
        foreach (var change in begun)
        {
            known.Observe(new(change.Kind, null, change.Object), concerns: true);
            services.Add(((SwarmTask)change.Object!).ServiceId);
        }
        plan.Add(begun);
    }

    /// <summary>Tasks that were made just now get their addresses in the same round, at no further change.</summary>
    private void Allocate(Plan plan, Timestamp now)
    {
        if (allocator.HasWork)
            plan.Add(allocator.Plan(plan.Latest, now, ChangesMax));
    }

    /// <summary>They get their node too, and it its gateways in their networks.</summary>
    private void Schedule(Plan plan, Timestamp now)
    {
        var decided = scheduler.Plan(now, ChangesMax);
        wakeUps.Set(SchedulerWake, decided.WakeAt);
        plan.Add(decided.Changes, told: true);
        var placed = decided.Changes.Select(change => change.Object).OfType<SwarmTask>().Where(task => task.NetworksAttachments is { Count: > 0 }).ToList();
        if (placed.Count > 0)
            plan.Add(allocator.GiveGateways(plan.Latest, placed));
    }

    private static bool IsGlobal(Service service) => service.Spec.Mode is { Global: not null } or { GlobalJob: not null };

    /// <summary>The round's changes so far, of which the allocator and the scheduler are told.</summary>
    private sealed class Plan(Snapshot state, Allocator allocator, Scheduler scheduler, KnownServices known)
    {
        private readonly Dictionary<string, StoreChange> changes = new(StringComparer.Ordinal);

        public Snapshot State { get; private set; } = state;

        public IReadOnlyCollection<StoreChange> Changes => changes.Values;

        /// <summary>The state with all changes so far.</summary>
        public Snapshot Latest => State.With([.. changes.Values]);

        /// <summary>Adds changes, and lets what follows see them.</summary>
        public void ThenOn(IReadOnlyList<StoreChange> decided)
        {
            foreach (var change in decided)
                known.Observe(new(change.Kind, State.Tasks.Find(change.Id), change.Object), concerns: true);
            Add(decided);
            State = State.With(decided);
        }

        public void Add(IReadOnlyList<StoreChange> decided, bool told = false)
        {
            foreach (var change in decided)
            {
                var before = State.Find(change.Kind, change.Id);
                var seen = new ObjectChange(change.Kind, before ?? changes.GetValueOrDefault(change.Id)?.Object, change.Object);
                // One that was made and is not wanted any more was never there.
                if (before is null && change.Object is null)
                    changes.Remove(change.Id);
                else
                    changes[change.Id] = change;
                if (seen is { Old: null, New: null })
                    continue;
                allocator.Observe(seen);
                if (!told && change.Kind == ObjectKind.Task)
                    scheduler.Observe(seen);
            }
        }
    }
}
