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
        CheckMode(spec.Mode ?? new(), problems);
        CheckTask(spec.TaskTemplate, problems);
        NetworkRules.Check(spec.TaskTemplate.Networks ?? spec.Networks, spec.TaskTemplate.Networks is null ? "Networks" : "TaskTemplate.Networks", problems);
        UpdateRules.Check(spec.UpdateConfig, "UpdateConfig", isRollback: false, problems);
        UpdateRules.Check(spec.RollbackConfig, "RollbackConfig", isRollback: true, problems);
        PortRules.Check(spec.EndpointSpec, problems);
    }

    public static void CheckChange(ServiceSpec before, ServiceSpec after, SpecProblems problems)
    {
        if (before.Name != after.Name)
            problems.Unsupported("Name", $"renaming services is not supported ('{before.Name}' to '{after.Name}'): make a new service, then remove this one");
        if (KindOf(before.Mode) != KindOf(after.Mode))
            problems.Unsupported("Mode", $"service mode change is not allowed ({KindOf(before.Mode)} to {KindOf(after.Mode)}): make a new service, then remove this one");
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
        if (mode.ReplicatedJob is not null || mode.GlobalJob is not null)
            problems.Unsupported("Mode", "jobs are not supported yet: use a replicated service, with a restart condition of none or on-failure where it should end");
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
