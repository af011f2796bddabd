using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>Times as users of PowerShell expect them: local, and how long ago.</summary>
internal static class Times
{
    /// <summary>The moment in this machine's time zone; the minimum for "never".</summary>
    public static DateTime ToLocalTime(this Timestamp time) =>
        time.IsZero ? DateTime.MinValue : time.ToDateTimeOffset().LocalDateTime;

    /// <summary>How long ago something was, in one unit, as docker's tables say it.</summary>
    public static string Ago(this Timestamp time, DateTimeOffset now)
    {
        var age = now - time.ToDateTimeOffset();
        return age switch
        {
            { TotalSeconds: < 1 } => "less than a second ago",
            { TotalSeconds: < 60 } => Count((int)age.TotalSeconds, "second"),
            { TotalMinutes: < 60 } => Count((int)age.TotalMinutes, "minute"),
            { TotalHours: < 48 } => Count((int)age.TotalHours, "hour"),
            { TotalDays: < 14 } => Count((int)age.TotalDays, "day"),
            { TotalDays: < 60 } => Count((int)age.TotalDays / 7, "week"),
            { TotalDays: < 730 } => Count((int)age.TotalDays / 30, "month"),
            _ => Count((int)age.TotalDays / 365, "year"),
        };
    }

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")} ago";
}
