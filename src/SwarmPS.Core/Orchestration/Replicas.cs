using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>Keeps a replicated service at its number of replicas.</summary>
internal static class Replicas
{
    public static void Plan(Draft draft)
    {
        var wanted = (int)Math.Min(draft.Service.Spec.Mode?.Replicated?.Replicas ?? 1, int.MaxValue);
        // Which ones are too many is told by all of them.
        if (draft.Slots.Count(IsFilled) + draft.Known.Filled > wanted)
            draft.Known.WakeFilled();
        var slots = draft.Slots;
        var filled = slots.Where(IsFilled).ToList();
        var surplus = Surplus.Choose(filled, wanted);
        var kept = filled.Where(slot => !surplus.Contains(slot)).ToList();
        foreach (var slot in slots.Where(slot => surplus.Contains(slot) || (!IsFilled(slot) && slot.Key.Number > (ulong)wanted)))
            Remove(draft, slot);
        foreach (var slot in kept)
            Restarts.Replace(draft, slot, mayMove: true);
        if (kept.Count + draft.Known.Filled is var there && there < wanted)
            Fill(draft, kept, wanted - there);
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
        for (var number = draft.Known.LowestFree(1); count > 0; number++)
        {
            if (taken.Contains(number) || draft.Known.IsFilledAtRest(number))
                continue;
            if (!draft.HasRoom())
                return;
            var slot = draft.Known.Of(new(number, ""));
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
