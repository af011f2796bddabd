using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Things a task reserves, as docker's <c>--generic-resource</c> has them: <c>gpu=2</c>.</summary>
public static class GenericResources
{
    /// <summary>Reads a kind and a number. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static GenericResource Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? new() { DiscreteResourceSpec = new(text[..at], count) }
            : throw new FormatException($"'{text}' reserves nothing. Write KIND=NUMBER, as gpu=2; which of them a task gets is the scheduler's choice.");
    }

    /// <summary>The kind of thing.</summary>
    public static string? KindOf(GenericResource resource) => resource.DiscreteResourceSpec?.Kind ?? resource.NamedResourceSpec?.Kind;
}
