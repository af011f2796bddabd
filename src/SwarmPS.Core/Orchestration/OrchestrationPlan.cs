using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>What is to be changed now, and when to look again though nothing happens.</summary>
/// <param name="Changes">The changes, at most one for each object.</param>
/// <param name="WakeAt">When something is due, or null.</param>
/// <param name="More">Whether there is more to change at once than fits into one plan.</param>
public sealed record OrchestrationPlan(IReadOnlyList<StoreChange> Changes, Timestamp? WakeAt, bool More)
{
    /// <summary>Nothing to do.</summary>
    public static readonly OrchestrationPlan Nothing = new([], null, false);

    /// <summary>Slots that were looked at: what the plan cost.</summary>
    public int Slots { get; init; }
}
