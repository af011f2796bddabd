using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>
/// A service's slots from one plan to the next. Most are at rest: no plan would change them until something happens to them. Those
/// only count, and a plan looks at the others alone, so that it costs what has changed and not what there is.
/// </summary>
internal sealed class KnownSlots
{
    private readonly Dictionary<SlotKey, Slot> all = [];
    private readonly SortedSet<Slot> outdated = [];
    private readonly ServiceMode? mode;
    private SortedSet<Slot> open = [];
    private ulong filledBelow;

    /// <summary>All slots of a service, none of them at rest; of a global one also those of nodes that have no task yet.</summary>
    public KnownSlots(Snapshot state, string serviceId)
    {
        mode = state.Services.Find(serviceId)?.Spec.Mode;
        foreach (var task in state.TasksOfService(serviceId))
            Of(KeyOf(task)).Add(task);
        if (!IsGlobal)
            return;
        foreach (var node in state.Nodes.All)
            Of(new(0, node.Id));
    }

    /// <summary>Slots to look at, in the order of their numbers or nodes; some may have no tasks.</summary>
    public IReadOnlyCollection<Slot> Open => open;

    /// <summary>Slots at rest that an update has yet to come to.</summary>
    public IReadOnlyCollection<Slot> Outdated => outdated;

    /// <summary>Slots at rest that are filled as the service wants it.</summary>
    public int Kept { get; private set; }

    /// <summary>Those of them to which an update brought their task.</summary>
    public int Updated { get; private set; }

    /// <summary>Slots at rest that need no task.</summary>
    public int Filled => Kept + outdated.Count;

    /// <summary>Whether nothing is left to know.</summary>
    public bool IsEmpty => all.Count == open.Count && open.All(slot => slot.Tasks.Count == 0);

    private bool IsGlobal => mode is { Global: not null } or { GlobalJob: not null };

    /// <summary>The slot of a key, which may have no tasks.</summary>
    public Slot Of(SlotKey key)
    {
        if (!all.TryGetValue(key, out var slot))
        {
            all[key] = slot = new(key);
            open.Add(slot);
        }
        return slot;
    }

    public SlotKey KeyOf(SwarmTask task) => SlotKey.Of(task, mode);

    /// <summary>Takes a slot out of its rest.</summary>
    public Slot Wake(Slot slot)
    {
        if (slot.Rest == SlotRest.None)
            return slot;
        Count(slot, -1);
        slot.Rest = SlotRest.None;
        open.Add(slot);
        filledBelow = Math.Min(filledBelow, slot.Key.Number);
        return slot;
    }

    /// <summary>Takes all slots that need no task out of their rest.</summary>
    public void WakeFilled()
    {
        foreach (var slot in all.Values.Where(slot => slot.Rest is SlotRest.Kept or SlotRest.Outdated))
            Wake(slot);
    }

    /// <summary>Takes notice of what became of a task.</summary>
    public void Observe(SwarmTask? old, SwarmTask? task, bool concerns)
    {
        var slot = Of(KeyOf((task ?? old)!));
        if (task is not null)
            slot.Put(task);
        else
            slot.Remove(old!);
        if (concerns)
            Wake(slot);
    }

    /// <summary>Whether the slot of a number is filled, or is done with, and at rest.</summary>
    public bool IsFilledAtRest(ulong number) =>
        all.TryGetValue(new(number, ""), out var slot) && slot.Rest is SlotRest.Kept or SlotRest.Outdated or SlotRest.Done;

    /// <summary>The lowest number from <paramref name="first"/> on whose slot is not both filled and at rest.</summary>
    public ulong LowestFree(ulong first)
    {
        filledBelow = Math.Max(filledBelow, first);
        while (IsFilledAtRest(filledBelow))
            filledBelow++;
        return filledBelow;
    }

    /// <summary>Lets slots rest that a plan has looked at.</summary>
    public void Settle(Func<Slot, SlotRest> restOf)
    {
        List<Slot> still = [];
        foreach (var slot in open)
        {
            slot.Rest = restOf(slot);
            if (slot.Rest == SlotRest.None)
                still.Add(slot);
            else if (slot.Rest == SlotRest.Forgotten)
                all.Remove(slot.Key);
            else
                Count(slot, 1);
        }
        open = new(still);
    }

    private void Count(Slot slot, int by)
    {
        if (slot.Rest == SlotRest.Kept)
        {
            Kept += by;
            Updated += slot.IsUpdated ? by : 0;
        }
        else if (slot.Rest == SlotRest.Outdated)
            _ = by > 0 ? outdated.Add(slot) : outdated.Remove(slot);
    }
}
