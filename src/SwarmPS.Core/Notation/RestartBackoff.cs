using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>
/// How the delay before a restart grows while tasks fail one after another: twice as long each time, up to a longest one. A label of
/// the service says it, since labels outlive clients that know nothing of it.
/// </summary>
/// <param name="LongestDelay">The longest delay; zero where the delay stays as it is, as in Docker.</param>
public sealed record RestartBackoff(TimeSpan LongestDelay)
{
    /// <summary>The label: <c>off</c>, or the longest delay, as <c>10m</c>.</summary>
    public const string Label = "swarmps.restart.backoff";

    /// <summary>What the label has where the delay does not grow.</summary>
    public const string Off = "off";

    /// <summary>What holds where nothing is said.</summary>
    public static readonly RestartBackoff Default = new(TimeSpan.FromMinutes(5));

    /// <summary>What a service's labels say. What cannot be read counts as not said: it is refused before it is stored.</summary>
    public static RestartBackoff Of(ValueMap<string>? labels) =>
        labels?.Find(Label) is { } text && TryParse(text, out var backoff) ? backoff : Default;

    /// <summary>Reads the label's value.</summary>
    public static bool TryParse(string text, out RestartBackoff backoff)
    {
        backoff = Default;
        if (text == Off)
            backoff = new(TimeSpan.Zero);
        else if (Durations.TryParse(text, out var longest) && longest > TimeSpan.Zero)
            backoff = new(longest);
        else
            return false;
        return true;
    }

    /// <summary>The delay after so many failures in a row.</summary>
    /// <param name="delay">The delay that the restart policy names.</param>
    /// <param name="failures">The failures, 1 for the first.</param>
    public TimeSpan Delay(TimeSpan delay, ulong failures)
    {
        if (failures <= 1 || delay <= TimeSpan.Zero || delay >= LongestDelay)
            return delay;
        var grown = delay.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 60));
        return grown < LongestDelay.TotalSeconds ? TimeSpan.FromSeconds(grown) : LongestDelay;
    }
}
