using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Environments of containers.</summary>
internal static class Environments
{
    /// <summary>An environment; of two entries with one name the later stands, in the place of the first.</summary>
    /// <param name="first">Entries NAME=value.</param>
    /// <param name="then">More of them.</param>
    public static ValueList<string> Of(IEnumerable<string> first, IEnumerable<string> then)
    {
        var entries = new List<string>();
        foreach (var entry in first.Concat(then).Select(Complete).OfType<string>())
        {
            var at = entries.FindIndex(known => Pairs.Split(known).Name == Pairs.Split(entry).Name);
            if (at < 0)
                entries.Add(entry);
            else
                entries[at] = entry;
        }
        return entries.ToValueList();
    }

    /// <summary>An environment without some names.</summary>
    public static ValueList<string> Without(ValueList<string> old, IEnumerable<string> names)
    {
        var gone = names.ToHashSet(StringComparer.Ordinal);
        return old.Where(entry => !gone.Contains(Pairs.Split(entry).Name)).ToValueList();
    }

    /// <summary>The entries of a file's lines; blank lines and those that begin with # are none. Throws <see cref="FormatException"/> naming the line.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<string> lines, string path)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i].TrimStart();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var name = Pairs.Split(line).Name;
            if (name.Length == 0 || name.Any(char.IsWhiteSpace))
                throw new FormatException($"Line {i + 1} of {path} has no variable's name before the '='. Write NAME=value, a line for each variable.");
            yield return line;
        }
    }

    /// <summary>A bare name takes the value it has here; where it has none it is left out, as docker does.</summary>
    private static string? Complete(string entry) =>
        entry.Contains('=') ? entry : Environment.GetEnvironmentVariable(entry) is { } value ? $"{entry}={value}" : null;
}
