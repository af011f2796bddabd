using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Scheduling;

/// <summary>Tasks that got a node, or an explanation why they did not.</summary>
/// <param name="Changes">The tasks, each once.</param>
/// <param name="WakeAt">When an explanation is due to be written anew, or null.</param>
/// <param name="More">Whether tasks remain that were not looked at.</param>
public sealed record SchedulePlan(IReadOnlyList<StoreChange> Changes, Timestamp? WakeAt, bool More);
