using System.Globalization;
using System.Text;

namespace SwarmPS.Notation;

/// <summary>Durations as Go writes them: <c>1m30s</c>, <c>1.5h</c>, <c>300ms</c>; a TimeSpan's <c>00:01:30</c> is read too.</summary>
public static class Durations
{
    private const string Expected = "is not a duration. Write numbers with units, as 90s, 1m30s, 1.5h or 300ms (units: ns, us, ms, s, m, h), or 00:01:30.";

    private static readonly (string Unit, decimal Ticks)[] Units =
    [
        ("ns", 0.01m), ("us", 10m), ("µs", 10m), ("μs", 10m), ("ms", 10_000m), ("s", 10_000_000m), ("m", 600_000_000m), ("h", 36_000_000_000m),
    ];

    /// <summary>Reads a duration. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' {Expected}");

    /// <summary>Reads a duration; false where the text is none.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        if (rest.Contains(':'))
            return TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out duration);
        if (rest is "0")
            return true;
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest.IsEmpty)
            return false;
        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            if (!TakePart(ref rest, out var part))
                return false;
            ticks += part;
            if (ticks > long.MaxValue)
                return false;
        }
        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Writes a duration as Go does: <c>1m30s</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var size = duration.Duration();
        if (size < TimeSpan.FromSeconds(1))
        {
            var (amount, unit) = size < TimeSpan.FromMilliseconds(1) ? (size.TotalMicroseconds, "µs") : (size.TotalMilliseconds, "ms");
            return text.Append(CultureInfo.InvariantCulture, $"{amount:0.####}{unit}").ToString();
        }
        var hours = (long)size.TotalHours;
        if (hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (size.TotalMinutes >= 1)
            text.Append(CultureInfo.InvariantCulture, $"{size.Minutes}m");
        var seconds = size.Ticks % TimeSpan.TicksPerMinute / (decimal)TimeSpan.TicksPerSecond;
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}s").ToString();
    }

    private static bool TakePart(ref ReadOnlySpan<char> rest, out decimal ticks)
    {
        ticks = 0;
        var digits = rest.IndexOfAnyExcept("0123456789.");
        if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        rest = rest[digits..];
        var end = rest.IndexOfAny("0123456789.");
        var unit = end < 0 ? rest : rest[..end];
        foreach (var (name, size) in Units)
        {
            if (!unit.SequenceEqual(name))
                continue;
            if (number > long.MaxValue / Math.Max(size, 1m))
                return false;
            ticks = number * size;
            rest = rest[unit.Length..];
            return true;
        }
        return false;
    }
}
