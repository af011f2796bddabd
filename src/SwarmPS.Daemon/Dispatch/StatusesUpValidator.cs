using SwarmPS.Daemon.Rpc;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What a node may say of its tasks.</summary>
internal static class StatusesUpValidator
{
    /// <summary>Statuses in one report.</summary>
    public const int ReportsMax = 500;

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong.</summary>
    public static void Check(StatusesUp said) => MessageRules.List(said.Reports, ReportsMax, nameof(said.Reports), Check);

    private static void Check(TaskStatusReport report)
    {
        MessageRules.Text(report.TaskId, MessageRules.IdMax, nameof(report.TaskId));
        MessageRules.Require(report.Status is not null, nameof(report.Status), "it is missing");
        MessageRules.None(ReportRules.Check(report.Status!), nameof(report.Status));
    }
}
