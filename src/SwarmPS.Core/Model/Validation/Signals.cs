using System.Globalization;

namespace SwarmPS.Model.Validation;

/// <summary>Signals by which a container can be stopped.</summary>
internal static class Signals
{
    private const int NumberMax = 64;

    private static readonly HashSet<string> Names = new(
        ("ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU " +
        "UNUSED URG USR1 USR2 VTALRM WINCH XCPU XFSZ").Split(' '), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a text is a signal's number, or its name with or without SIG: <c>SIGTERM</c>, <c>term</c>, <c>SIGRTMIN+3</c>, <c>15</c>.</summary>
    public static bool IsKnown(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number is > 0 and <= NumberMax;
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        return Names.Contains(name) || IsRealTime(name, "RTMIN", '+') || IsRealTime(name, "RTMAX", '-');
    }

    private static bool IsRealTime(string name, string anchor, char sign) =>
        name.StartsWith(anchor, StringComparison.OrdinalIgnoreCase) &&
        (name.Length == anchor.Length ||
        (name[anchor.Length] == sign && int.TryParse(name.AsSpan(anchor.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset is > 0 and <= 15));
}
