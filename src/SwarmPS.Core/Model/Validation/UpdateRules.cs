namespace SwarmPS.Model.Validation;

/// <summary>How updates, rollbacks and restarts may be configured.</summary>
internal static class UpdateRules
{
    public static void Check(UpdateConfig? config, string path, bool isRollback, SpecProblems problems)
    {
        if (config is null)
            return;
        problems.NotNegative(config.Delay, path + ".Delay");
        problems.NotNegative(config.Monitor, path + ".Monitor");
        problems.AddUnless(config.MaxFailureRatio is >= 0 and <= 1, path + ".MaxFailureRatio", $"{config.MaxFailureRatio} is not between 0 and 1");
        // Docker accepts this, and then calls a failed rollback completed.
        if (isRollback && config.FailureAction is UpdateFailureAction.Rollback)
            problems.Add(path + ".FailureAction", "a rollback cannot itself be rolled back: use pause or continue");
    }

    public static void CheckRestart(RestartPolicy? policy, SpecProblems problems)
    {
        problems.NotNegative(policy?.Delay, "TaskTemplate.RestartPolicy.Delay");
        problems.NotNegative(policy?.Window, "TaskTemplate.RestartPolicy.Window");
    }
}
