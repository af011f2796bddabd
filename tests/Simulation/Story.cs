using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>What was written to the store, a line for each change; kept where one seed is run alone, and told when it fails.</summary>
internal static class Story
{
    public static string Line(Timestamp now, ulong version, ObjectChange change) => $"{now} #{version} {change.Kind} " + change switch
    {
        { New: null } => $"{change.Object.Id} deleted",
        { New: SwarmTask task } => $"{(change.Old is SwarmTask old ? $"{old.Status.State} -> {old.DesiredState}" : "new")} => {Invariants.Tell(task)}",
        { New: Service service } => Tell(service),
        { New: Node node } => $"{node.Id} {node.Status.State} {node.Spec.Availability} {string.Join(",", node.Spec.Labels?.Select(label => label.Value) ?? [])}",
        _ => change.Object.Id,
    };

    private static string Tell(Service service)
    {
        var template = service.Spec.TaskTemplate;
        return $"{service.Id} v{service.SpecVersion} {(service.Spec.Mode?.Replicated is { } mode ? $"{mode.Replicas} replicas" : service.Spec.Mode?.ReplicatedJob is { } job ? $"{job.TotalCompletions} times, run {service.JobStatus?.JobIteration.Index}" : "global")} " +
            $"{template.ContainerSpec?.Image} force {template.ForceUpdate} at most {template.Placement?.MaxReplicas} where {string.Join(",", template.Placement?.Constraints.OrEmpty() ?? [])} " +
            $"{service.Spec.UpdateConfig} {service.UpdateStatus?.State} {service.UpdateStatus?.Message}";
    }
}
