using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>What holds for a service as a whole.</summary>
internal static class ServiceRules
{
    /// <summary>Replicas a service may have: far beyond what was ever tried, and still no flood of tasks by a slip of the finger.</summary>
    public const ulong ReplicasMax = 100_000;

    public static void Check(ServiceSpec spec, SpecProblems problems)
    {
        if (ObjectNames.Problem(spec.Name ?? "") is { } wrong)
            problems.Add("Name", wrong);
        problems.Labels(spec.Labels, "Labels");
        if (spec.Labels?.Find(RestartBackoff.Label) is { } backoff)
            problems.AddUnless(RestartBackoff.TryParse(backoff, out _), $"Labels[{RestartBackoff.Label}]", $"'{backoff}' is neither {RestartBackoff.Off} nor the longest delay between restarts, as 10m");
        CheckMode(spec.Mode ?? new(), problems);
        CheckTask(spec.TaskTemplate, problems);
        NetworkRules.Check(spec.TaskTemplate.Networks ?? spec.Networks, NetworkUse.UsesMesh(spec), spec.TaskTemplate.Networks is null ? "Networks" : "TaskTemplate.Networks", problems);
        UpdateRules.Check(spec.UpdateConfig, "UpdateConfig", isRollback: false, problems);
        UpdateRules.Check(spec.RollbackConfig, "RollbackConfig", isRollback: true, problems);
        PortRules.Check(spec.EndpointSpec, problems);
        if (spec.Mode is { ReplicatedJob: not null } or { GlobalJob: not null })
            CheckJob(spec, problems);
    }

    public static void CheckChange(ServiceSpec before, ServiceSpec after, SpecProblems problems)
    {
        if (before.Name != after.Name)
            problems.Unsupported("Name", $"renaming services is not supported ('{before.Name}' to '{after.Name}'): make a new service, then remove this one");
        if (KindOf(before.Mode) != KindOf(after.Mode))
            problems.Unsupported("Mode", $"service mode change is not allowed ({KindOf(before.Mode)} to {KindOf(after.Mode)}): make a new service, then remove this one");
    }

    /// <summary>A job's tasks are not replaced one after the other: a change runs the whole of it again.</summary>
    private static void CheckJob(ServiceSpec spec, SpecProblems problems)
    {
        problems.AddUnless(spec.UpdateConfig is null, "UpdateConfig", "a job has no update settings: a change of it runs it again");
        problems.AddUnless(spec.RollbackConfig is null, "RollbackConfig", "a job has no rollback settings: a change of it runs it again");
    }

    private static string KindOf(ServiceMode? mode) => mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated-job",
        { GlobalJob: not null } => "global-job",
        _ => "replicated",
    };

    private static void CheckMode(ServiceMode mode, SpecProblems problems)
    {
        var set = new object?[] { mode.Replicated, mode.Global, mode.ReplicatedJob, mode.GlobalJob }.Count(kind => kind is not null);
        problems.AddUnless(set <= 1, "Mode", "only one of Replicated, Global, ReplicatedJob and GlobalJob can be given");
        problems.AddUnless(mode.Replicated?.Replicas is null or <= ReplicasMax, "Mode.Replicated.Replicas", $"{mode.Replicated?.Replicas} replicas are more than the {ReplicasMax} that a service may have");
        foreach (var (field, count) in new[] { ("MaxConcurrent", mode.ReplicatedJob?.MaxConcurrent), ("TotalCompletions", mode.ReplicatedJob?.TotalCompletions) })
            problems.AddUnless(count is null or (> 0 and <= ReplicasMax), $"Mode.ReplicatedJob.{field}", $"{count} tasks cannot be: give a number from 1 to {ReplicasMax}");
    }

    private static void CheckTask(TaskSpec task, SpecProblems problems)
    {
        if (task.Runtime is not (null or "" or "container"))
            problems.Unsupported("TaskTemplate.Runtime", $"the runtime '{task.Runtime}' is not supported: use container");
        if (task.ContainerSpec is null)
            problems.Add("TaskTemplate.ContainerSpec", "a service needs a container: give at least its image");
        else
            ContainerRules.Check(task.ContainerSpec, problems);
        ResourceRules.Check(task.Resources, problems);
        UpdateRules.CheckRestart(task.RestartPolicy, problems);
        PlacementRules.Check(task.Placement, problems);
        if (task.LogDriver is { Name: null or "", Options.Count: > 0 })
            problems.Add("TaskTemplate.LogDriver", "options need a log driver's name");
    }
}
