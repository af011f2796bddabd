using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>A plan for one service in the making: the deciders work on it one after the other, each seeing what the ones before did.</summary>
internal sealed class Draft
{
    private readonly Func<string> newId;
    private readonly int changesMax;
    private readonly Dictionary<string, StoreChange> changes = new(StringComparer.Ordinal);
    private readonly HashSet<Slot> changedSlots = [];
    private Timestamp? wakeAt;
    private bool more;

    public Draft(Snapshot state, Service service, KnownSlots known, Timestamp now, Func<string> newId, int changesMax)
    {
        (State, Service, Known, Now, this.newId, this.changesMax) = (state, service, known, now, newId, changesMax);
        Swarm = state.Swarm;
    }

    /// <summary>The state the plan is made on; it does not show the plan's own changes.</summary>
    public Snapshot State { get; }

    public SwarmObject? Swarm { get; }

    /// <summary>The service, with the plan's own changes.</summary>
    public Service Service { get; private set; }

    public Timestamp Now { get; }

    /// <summary>All slots, with the plan's own changes.</summary>
    public KnownSlots Known { get; }

    /// <summary>The slots to look at that have tasks, in the order of their numbers or nodes.</summary>
    public IReadOnlyList<Slot> Slots => [.. Known.Open.Where(slot => slot.Tasks.Count > 0)];

    /// <summary>Whether a further change fits into the plan. Where none does, the caller leaves its work to the next plan.</summary>
    public bool HasRoom()
    {
        more |= changes.Count >= changesMax;
        return changes.Count < changesMax;
    }

    /// <summary>Asks for another plan at once.</summary>
    public void Again() => more = true;

    public string NewId() => newId();

    /// <summary>How far the service's tasks should get.</summary>
    public TaskState Goal => Jobs.IsJob(Service.Spec) ? TaskState.Complete : TaskState.Running;

    public Node? NodeOf(SwarmTask task) => task.NodeId == "" ? null : State.Nodes.Find(task.NodeId);

    public SwarmTask Put(SwarmTask task)
    {
        changes[task.Id] = StoreChange.Put(task);
        Touch(task).Put(task);
        return task;
    }

    public void Put(Service service)
    {
        changes[service.Id] = StoreChange.Put(service);
        Service = service;
    }

    public void Delete(SwarmTask task)
    {
        changes[task.Id] = StoreChange.Delete(task);
        Touch(task).Remove(task);
    }

    /// <summary>Asks for another plan at <paramref name="time"/>.</summary>
    public void Wake(Timestamp time)
    {
        if (wakeAt is not { } earlier || time < earlier)
            wakeAt = time;
    }

    private Slot Touch(SwarmTask task)
    {
        var slot = Known.Wake(Known.Of(Known.KeyOf(task)));
        changedSlots.Add(slot);
        return slot;
    }

    /// <summary>Ends the plan, and lets slots rest that it has left as they are.</summary>
    public OrchestrationPlan Done()
    {
        var looked = Known.Open.Count;
        Known.Settle(slot => changedSlots.Contains(slot) ? SlotRest.None : Resting.Of(this, slot));
        return new([.. changes.Values], wakeAt, more) { Slots = looked };
    }
}
