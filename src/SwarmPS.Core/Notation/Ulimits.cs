using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Limits of a process as docker's <c>--ulimit</c> has them: <c>nofile=1024:2048</c>, soft before hard; -1 is without limit.</summary>
public static class Ulimits
{
    /// <summary>Reads a limit. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static Ulimit Parse(string text)
    {
        var parts = text.Split('=', 2);
        var values = parts.Length == 2 ? parts[1].Split(':') : [];
        if (parts[0].Length == 0 || values.Length is 0 or > 2 || !Number(values[0], out var soft) || !Number(values[^1], out var hard))
            throw new FormatException($"'{text}' is not a limit. Write NAME=SOFT:HARD, as nofile=1024:2048, or NAME=BOTH; -1 is without limit.");
        if (hard >= 0 && (soft > hard || soft < 0))
            throw new FormatException($"'{text}' has a soft limit above the hard one. Write the soft one first, as nofile=1024:2048.");
        return new(parts[0], hard, soft);
    }

    private static bool Number(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number >= -1;
}
