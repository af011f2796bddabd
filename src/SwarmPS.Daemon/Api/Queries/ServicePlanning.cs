using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Planning;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Tells what would come of a change of a service, without making it.</summary>
internal static class ServicePlanning
{
    /// <summary>The plan.</summary>
    /// <param name="before">What is.</param>
    /// <param name="after">The same with the service as it is wanted.</param>
    /// <param name="serviceId">The service, which <paramref name="before"/> may not have.</param>
    /// <param name="now">When.</param>
    public static ServicePlan Of(Snapshot before, Snapshot after, string serviceId, Timestamp now)
    {
        var (old, service) = (before.Services.Find(serviceId), after.Services.Find(serviceId)!);
        var trial = RolloutTrial.Run(after, serviceId, now);
        var isGlobal = service.Spec.Mode is { Global: not null } or { GlobalJob: not null };
        var running = before.TasksOfService(serviceId).Where(task => task is { DesiredState: < TaskState.Shutdown, Status.State: <= TaskState.Running }).ToLookup(KeyOf);
        // Tasks that are moved are made by the request itself.
        var begun = after.TasksOfService(serviceId).Select(task => task.Id).Where(id => before.Tasks.Find(id) is null).Order(StringComparer.Ordinal);
        var fresh = begun.Concat(trial.Created).Select(trial.State.Tasks.Find).OfType<SwarmTask>().ToLookup(KeyOf);
        var planned = running.Select(slot => slot.Key).Union(fresh.Select(slot => slot.Key))
            .Select(key => Become([.. running[key].OrderBy(task => task.CreatedAt)], [.. fresh[key]]))
            .OfType<(int? At, PlannedTask Task)>()
            .OrderBy(entry => entry.At ?? int.MaxValue).ThenBy(entry => entry.Task.Slot).ThenBy(entry => entry.Task.Node ?? entry.Task.NewNode, StringComparer.Ordinal)
            .ToList();
        var steps = planned.Where(entry => entry.At is not null).Select(entry => entry.At!.Value).Distinct().Select((at, index) => (at, Step: index + 1)).ToDictionary(entry => entry.at, entry => entry.Step);
        return new()
        {
            ServiceId = old?.Id,
            Name = service.Spec.Name ?? "",
            Changes = SpecDifference.Of(old?.Spec, service.Spec).ToValueList(),
            ReplacesTasks = planned.Exists(entry => entry.Task.Action == TaskAction.Replace),
            Rollout = Rules(service),
            Tasks = planned.Select(entry => entry.Task with { Step = entry.At is { } at ? steps[at] : null }).ToValueList(),
            Kept = running.Count - planned.Count(entry => entry.Task.TaskId is not null),
            IsCut = trial.IsCut,
        };

        (ulong Slot, string Node) KeyOf(SwarmTask task) => (task.Slot, isGlobal ? task.NodeId : "");

        (int? At, PlannedTask Task)? Become(IReadOnlyList<SwarmTask> olds, IReadOnlyList<SwarmTask> news)
        {
            var made = news.LastOrDefault();
            var gone = olds.LastOrDefault(task => trial.BegunAt(task.Id) is not null || IsOutdated(task)) ?? (made is null ? null : olds.LastOrDefault());
            if (made is null && gone is null)
                return null;
            int?[] rounds = [gone is null ? null : trial.BegunAt(gone.Id), made is null ? null : trial.BegunAt(made.Id)];
            var action = gone is null ? TaskAction.Create : made is null && !IsOutdated(gone) ? TaskAction.Remove : TaskAction.Replace;
            return (rounds.Min(), new()
            {
                Action = action,
                Slot = (made ?? gone)!.Slot,
                TaskId = gone?.Id,
                NodeId = gone?.NodeId is { Length: > 0 } had ? had : null,
                Node = NameOf(before, gone),
                NewNodeId = made?.NodeId is { Length: > 0 } given && made.Status.State >= TaskState.Assigned ? given : null,
                NewNode = made?.Status.State >= TaskState.Assigned ? NameOf(before, made) : null,
                Err = made?.Status.State < TaskState.Assigned ? made.Status.Err : null,
            });
        }

        bool IsOutdated(SwarmTask task) =>
            trial.State.Tasks.Find(task.Id) is { DesiredState: < TaskState.Shutdown } left && TaskTemplates.IsOutdated(trial.State, service, left);
    }

    private static string? NameOf(Snapshot state, SwarmTask? task) =>
        task is null || state.Nodes.Find(task.NodeId) is not { } node ? null : node.Description?.Hostname ?? node.Spec.Name ?? node.Id;

    private static UpdateConfig? Rules(Service service)
    {
        var shown = ServiceDefaults.Show(service.Spec);
        return service.UpdateStatus?.State == UpdateState.RollbackStarted ? shown.RollbackConfig : shown.UpdateConfig;
    }
}
