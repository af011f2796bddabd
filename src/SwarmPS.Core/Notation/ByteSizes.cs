using System.Globalization;

namespace SwarmPS.Notation;

/// <summary>Sizes in bytes as Docker reads them: <c>512m</c>, <c>512MB</c>, <c>1.5GiB</c>, <c>1024</c>. Units are powers of 1024, whatever their case.</summary>
public static class ByteSizes
{
    private const string Powers = "kmgtp";

    /// <summary>Reads a size. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static long Parse(string text) =>
        TryParse(text, out var bytes)
            ? bytes
            : throw new FormatException($"'{text}' is not a size. Write a number of bytes, or a number with a unit, as 512m, 512MB or 1.5g (units: b, k, m, g, t, p; powers of 1024).");

    /// <summary>Reads a size; false where the text is none.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var rest = text.AsSpan().Trim();
        var digits = rest.IndexOfAnyExcept("0123456789.");
        var number = digits < 0 ? rest : rest[..digits];
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return false;
        var unit = digits < 0 ? "" : rest[digits..].Trim().ToString().ToLowerInvariant();
        if (!TryPower(unit, out var factor) || amount > long.MaxValue / factor)
            return false;
        bytes = (long)(amount * factor);
        return true;
    }

    /// <summary>Writes a size for a reader: <c>1.5GiB</c>.</summary>
    public static string Format(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        var (amount, unit) = ((double)bytes, 0);
        while (Math.Abs(amount) >= 1024 && unit < units.Length - 1)
            (amount, unit) = (amount / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.##}{units[unit]}");
    }

    private static bool TryPower(string unit, out decimal factor)
    {
        factor = 1;
        if (unit is "" or "b")
            return true;
        var power = Powers.IndexOf(unit[0], StringComparison.Ordinal);
        if (power < 0 || unit[1..] is not ("" or "b" or "ib"))
            return false;
        for (var i = 0; i <= power; i++)
            factor *= 1024;
        return true;
    }
}
