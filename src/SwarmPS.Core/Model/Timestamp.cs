using System.Globalization;

namespace SwarmPS.Model;

/// <summary>
/// A moment in UTC, exact to the nanosecond, as the Engine API writes it (RFC 3339 with up to nine digits).
/// The default value is Go's zero time, <c>0001-01-01T00:00:00Z</c>: "never".
/// </summary>
/// <param name="Nanoseconds">Nanoseconds since 1970-01-01T00:00:00Z, or 0 for "never".</param>
public readonly record struct Timestamp(long Nanoseconds) : IComparable<Timestamp>
{
    /// <summary>How "never" is written.</summary>
    public const string ZeroText = "0001-01-01T00:00:00Z";

    private static readonly DateTimeOffset Earliest = new(1678, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Latest = new(2262, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>"Never", Go's zero time.</summary>
    public static readonly Timestamp Zero;

    /// <summary>Whether this is "never".</summary>
    public bool IsZero => Nanoseconds == 0;

    /// <summary>The moment of <paramref name="time"/>, exact to 100 ns.</summary>
    public static Timestamp From(DateTimeOffset time) => new((time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100);

    /// <summary>The moment <paramref name="later"/> after this one; the last one that there is where that is beyond it.</summary>
    public static Timestamp operator +(Timestamp time, TimeSpan later) =>
        new((long)Int128.Clamp((Int128)time.Nanoseconds + (Int128)later.Ticks * 100, long.MinValue, long.MaxValue));

    /// <summary>The time from <paramref name="b"/> to <paramref name="a"/>.</summary>
    public static TimeSpan operator -(Timestamp a, Timestamp b) => new((long)(((Int128)a.Nanoseconds - b.Nanoseconds) / 100));

    /// <summary>Whether <paramref name="a"/> comes before <paramref name="b"/>.</summary>
    public static bool operator <(Timestamp a, Timestamp b) => a.Nanoseconds < b.Nanoseconds;

    /// <summary>Whether <paramref name="a"/> comes after <paramref name="b"/>.</summary>
    public static bool operator >(Timestamp a, Timestamp b) => a.Nanoseconds > b.Nanoseconds;

    /// <summary>Whether <paramref name="a"/> does not come after <paramref name="b"/>.</summary>
    public static bool operator <=(Timestamp a, Timestamp b) => a.Nanoseconds <= b.Nanoseconds;

    /// <summary>Whether <paramref name="a"/> does not come before <paramref name="b"/>.</summary>
    public static bool operator >=(Timestamp a, Timestamp b) => a.Nanoseconds >= b.Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The moment as .NET knows it, exact to 100 ns; the minimum for "never".</summary>
    public DateTimeOffset ToDateTimeOffset() =>
        IsZero ? DateTimeOffset.MinValue : DateTimeOffset.UnixEpoch.AddTicks(Nanoseconds / 100);

    /// <summary>Reads RFC 3339; false where the text is not a time, or one before 1678 or after 2261, which nanoseconds do not reach.</summary>
    public static bool TryParse(string text, out Timestamp time)
    {
        time = Zero;
        if (text == ZeroText)
            return true;
        var (digits, shortened) = TakeFraction(text);
        if (!DateTimeOffset.TryParse(shortened, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var whole)
            || whole < Earliest || whole > Latest)
            return false;
        time = new(From(whole).Nanoseconds + digits);
        return true;
    }

    /// <summary>RFC 3339 with as many digits as the moment has, like Go's RFC3339Nano.</summary>
    public override string ToString()
    {
        if (IsZero)
            return ZeroText;
        var whole = Math.DivRem(Nanoseconds, 1_000_000_000, out var rest);
        if (rest < 0)
        {
            whole--;
            rest += 1_000_000_000;
        }
        var text = DateTimeOffset.FromUnixTimeSeconds(whole).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = rest == 0 ? "" : "." + rest.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return text + fraction + "Z";
    }

    /// <summary>Splits off the fraction of a second, which .NET would round to seven digits.</summary>
    private static (long Nanoseconds, string Shortened) TakeFraction(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return (0, text);
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var digits = text[(dot + 1)..end].PadRight(9, '0')[..9];
        return (long.Parse(digits, CultureInfo.InvariantCulture), text[..dot] + text[end..]);
    }
}
