using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>Tells what was decided of services and their tasks, so that two plans on one state can be compared.</summary>
internal static class Afresh
{
    public static IEnumerable<string> Tell(Snapshot state, IEnumerable<StoreChange> changes) =>
        changes.Select(change => Tell(state, change)).OfType<string>().Order(StringComparer.Ordinal);

    /// <summary>Where a task is to run is not the services' matter, nor is what it is told while it waits.</summary>
    private static string? Tell(Snapshot state, StoreChange change) => change.Object switch
    {
        Service service => $"{service.Id}: {service.UpdateStatus?.State} {service.Spec.GetHashCode()}",
        SwarmTask task when state.Tasks.Find(task.Id) is null => $"new in {Invariants.KeyOf(state, task)} to be {task.DesiredState}",
        SwarmTask task when state.Tasks.Find(task.Id)! is var before && (task.DesiredState != before.DesiredState || task.RunningSince != before.RunningSince) => $"{task.Id} to be {task.DesiredState}, runs since {task.RunningSince}",
        null => $"{change.Id} goes",
        _ => null,
    };
}
