using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>How an update goes, with Docker's defaults filled in.</summary>
internal sealed record UpdatePolicy(ulong Parallelism, TimeSpan Delay, TimeSpan Monitor, double MaxFailureRatio, UpdateFailureAction OnFailure, bool StartFirst)
{
    private static readonly TimeSpan MonitorDefault = TimeSpan.FromSeconds(5);

    /// <summary>Whether a whole new set of tasks starts beside the old one, which is stopped only once all of the new one has been watched.</summary>
    public bool IsSwitch => StartFirst && Parallelism == 0;

    /// <summary>How the service's update goes, or its rollback where that is under way.</summary>
    public static UpdatePolicy Of(Service service) =>
        Of(service.UpdateStatus?.State == UpdateState.RollbackStarted ? service.Spec.RollbackConfig : service.Spec.UpdateConfig);

    private static UpdatePolicy Of(UpdateConfig? config)
    {
        config ??= new() { Parallelism = 1 };
        var delay = config.Delay ?? TimeSpan.Zero;
        var monitor = config.Monitor is { } asked && asked > TimeSpan.Zero ? asked : MonitorDefault;
        return new(
            config.Parallelism,
            delay,
            // A shorter watch would end before the next batch begins.
            monitor > delay ? monitor : delay + TimeSpan.FromSeconds(1),
            config.MaxFailureRatio,
            config.FailureAction ?? UpdateFailureAction.Pause,
            config.Order == UpdateOrder.StartFirst);
    }
}
