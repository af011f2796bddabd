namespace SwarmPS.Model.Validation;

/// <summary>How health may be checked.</summary>
internal static class HealthRules
{
    private const string Root = ContainerRules.Root + ".Healthcheck";

    private static readonly TimeSpan TimeMin = TimeSpan.FromMilliseconds(1);

    public static void Check(HealthConfig? health, SpecProblems problems)
    {
        if (health is null)
            return;
        foreach (var (name, time) in new[] { ("Interval", health.Interval), ("Timeout", health.Timeout), ("StartPeriod", health.StartPeriod), ("StartInterval", health.StartInterval) })
            problems.AddUnless(time is null || time == TimeSpan.Zero || time >= TimeMin, $"{Root}.{name}", $"{name} in Healthcheck cannot be less than 1ms");
        problems.AddUnless(health.Retries is null or >= 0, Root + ".Retries", "Retries in Healthcheck cannot be negative");
        if (health.Test is not { Count: > 0 } test)
            return;
        var kind = test[0];
        problems.AddUnless(kind is "NONE" or "CMD" or "CMD-SHELL", Root + ".Test", $"a check begins with NONE, CMD or CMD-SHELL, not with '{kind}'");
        problems.AddUnless(kind is not ("CMD" or "CMD-SHELL") || test.Count > 1, Root + ".Test", $"{kind} needs a command after it");
    }
}
