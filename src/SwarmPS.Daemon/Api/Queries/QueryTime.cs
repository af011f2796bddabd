using System.Globalization;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Reads times from queries: seconds since 1970, with a fraction or without, or RFC 3339.</summary>
internal static class QueryTime
{
    /// <summary>Seconds from 1970 to the end of 2261, the last year that a <see cref="Timestamp"/> has whole.</summary>
    private const decimal SecondsMax = 9_214_646_400m;

    /// <summary>A parameter's time; null where it is absent or empty. Throws <see cref="SwarmException"/>, naming it, where it is no time.</summary>
    public static DateTimeOffset? Of(ApiCall call, string name)
    {
        if (call.Query(name) is not { Length: > 0 } text)
            return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < SecondsMax)
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        if (Timestamp.TryParse(text, out var time))
            return time.IsZero ? DateTimeOffset.UnixEpoch : time.ToDateTimeOffset();
        throw SwarmException.Invalid(
            $"invalid {name} '{text}': give seconds since 1970, or a time as 2006-01-02T15:04:05Z, before the year 2262");
    }
}
