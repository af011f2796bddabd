using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>
/// What the orchestrator keeps of services from plan to plan, so that a plan looks only at what has changed since the last one. It is
/// told of every change; all of it can be made anew from a snapshot.
/// </summary>
public sealed class KnownServices
{
    private readonly Dictionary<string, KnownSlots> services = new(StringComparer.Ordinal);

    /// <summary>Slots that plans have looked at so far.</summary>
    public long SlotsSeen { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear() => services.Clear();

    /// <summary>Forgets a service, so that its next plan looks at all of it.</summary>
    public void Forget(string serviceId) => services.Remove(serviceId);

    /// <summary>Takes notice of a task's change; to hear of it twice does no harm.</summary>
    /// <param name="change">The change.</param>
    /// <param name="concerns">Whether the service's next plan has to look at the task.</param>
    public void Observe(ObjectChange change, bool concerns)
    {
        var task = (SwarmTask)change.Object;
        if (services.TryGetValue(task.ServiceId, out var slots))
            slots.Observe(change.Old as SwarmTask, change.New as SwarmTask, concerns);
    }

    /// <summary>A task's node has changed, which may concern the task.</summary>
    public void NodeChanged(SwarmTask task)
    {
        if (services.TryGetValue(task.ServiceId, out var slots))
            slots.Wake(slots.Of(slots.KeyOf(task)));
    }

    /// <summary>A node has changed, which may concern a service that has a task on each.</summary>
    public void NodeChanged(string globalServiceId, string nodeId)
    {
        if (services.TryGetValue(globalServiceId, out var slots))
            slots.Wake(slots.Of(new(0, nodeId)));
    }

    /// <summary>Plans as <see cref="Orchestrator.Plan(Snapshot, string, Timestamp, Func{string}, int)"/> does. The changes count as made.</summary>
    public OrchestrationPlan Plan(Snapshot state, string serviceId, Timestamp now, Func<string> newId, int changesMax = int.MaxValue)
    {
        var isKnown = services.TryGetValue(serviceId, out var slots);
        if (slots is null)
            services[serviceId] = slots = new(state, serviceId);
        var plan = Orchestrator.Plan(state, serviceId, slots, now, newId, changesMax);
        SlotsSeen += plan.Slots;
        var serviceChanged = plan.Changes.Any(change => change.Kind == ObjectKind.Service);
        if (serviceChanged || slots.IsEmpty)
            Forget(serviceId);
        // By what its slots are measured has changed, so it is all of them that have to be looked at.
        return serviceChanged && isKnown ? Plan(state, serviceId, now, newId, changesMax) : plan;
    }
}
