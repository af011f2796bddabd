using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>Keeps a replicated service at its number of replicas.</summary>
internal static class Replicas
{
    public static void Plan(Draft draft)
    {
        var wanted = (int)Math.Min(draft.Service.Spec.Mode?.Replicated?.Replicas ?? 1, int.MaxValue);
        var slots = draft.Slots;
        var filled = slots.Where(IsFilled).ToList();
        var surplus = Surplus.Choose(filled, wanted);
        var kept = filled.Where(slot => !surplus.Contains(slot)).ToList();
        foreach (var slot in slots.Where(slot => surplus.Contains(slot) || (!IsFilled(slot) && slot.Key.Number > (ulong)wanted)))
            Remove(draft, slot);
        foreach (var slot in kept)
            Restarts.Replace(draft, slot, mayMove: true);
        if (kept.Count < wanted)
            Fill(draft, kept, wanted - kept.Count);
        Updates.Plan(draft, kept);
        foreach (var slot in draft.Slots)
            Restarts.Promote(draft, slot);
    }

    /// <summary>Whether a slot needs no new task: it has one, or its last one has ended and is not to be replaced.</summary>
    internal static bool IsFilled(Slot slot) =>
        slot.HasLive || (slot.Newest.DesiredState != TaskState.Remove && !Restarts.IsWanted(slot.Newest));

    private static void Fill(Draft draft, List<Slot> filled, int count)
    {
        var taken = filled.Select(slot => slot.Key.Number).ToHashSet();
        for (var number = 1ul; count > 0; number++)
        {
            if (taken.Contains(number))
                continue;
            if (!draft.HasRoom())
                return;
            var slot = draft.SlotOf(new(number, ""));
            draft.Put(TaskTemplates.Create(draft, slot.Key, Restarts.FirstDesired(draft, slot), null));
            count--;
        }
    }

    private static void Remove(Draft draft, Slot slot)
    {
        foreach (var task in slot.Tasks.Where(task => task.DesiredState < TaskState.Remove).ToList())
        {
            if (!draft.HasRoom())
                return;
            draft.Put(task with { DesiredState = TaskState.Remove });
        }
    }
}
