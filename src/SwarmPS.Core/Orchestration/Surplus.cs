using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>Chooses the slots that go when a service shrinks, so that what stays is spread as evenly as can be.</summary>
internal static class Surplus
{
    /// <summary>
    /// Slots without a node go first, then those on the nodes that have most of the service; among equals those that do not run,
    /// then those of the highest number.
    /// </summary>
    public static HashSet<Slot> Choose(IReadOnlyList<Slot> slots, int keep)
    {
        if (slots.Count <= keep)
            return [];
        var onNode = new Dictionary<string, int>(StringComparer.Ordinal);
        var ranked = slots
            .Select(slot => (Slot: slot, Node: NodeOf(slot), Runs: slot.Live.Any(task => task.Status.State == TaskState.Running)))
            .OrderByDescending(entry => entry.Runs).ThenBy(entry => entry.Slot)
            .Select(entry => (entry.Slot, entry.Runs, Rank: entry.Node == "" ? int.MaxValue : onNode[entry.Node] = onNode.GetValueOrDefault(entry.Node) + 1))
            .ToList();
        return ranked
            .OrderByDescending(entry => entry.Rank).ThenBy(entry => entry.Runs).ThenByDescending(entry => entry.Slot)
            .Take(slots.Count - keep).Select(entry => entry.Slot).ToHashSet();
    }

    private static string NodeOf(Slot slot) => (slot.Live.FirstOrDefault(task => task.NodeId != "") ?? slot.Newest).NodeId;
}
