using System.Management.Automation.Host;
using System.Text;

namespace SwarmPS.Shell.Hosting;

/// <summary>Choices with their keys, the letters after the ampersands of their labels.</summary>
internal sealed class ChoiceMenu(IReadOnlyList<ChoiceDescription> choices)
{
    private readonly IReadOnlyList<(string Key, string Label, string Help)> entries =
        [.. choices.Select(choice => (KeyOf(choice.Label), choice.Label.Replace("&", ""), choice.HelpMessage ?? ""))];

    /// <summary>All choices in one line, ending in the place for the answer.</summary>
    public string Line(IReadOnlyCollection<int> preset)
    {
        var line = new StringBuilder();
        foreach (var (key, label, _) in entries)
        {
            line.Append(key.Length > 0 ? $"[{key}] {label}  " : $"{label}  ");
        }

        line.Append("[?] Help");
        if (preset.Count > 0)
        {
            line.Append($" (default is \"{string.Join(',', preset.Select(Name))}\")");
        }

        return line.Append(": ").ToString();
    }

    public string Help() => string.Concat(entries.Select((entry, at) => $"{Name(at)} - {entry.Help}{Environment.NewLine}"));

    /// <summary>The choice with that key or label.</summary>
    public int? Find(string answer)
    {
        for (var at = 0; at < entries.Count; at++)
        {
            var (key, label, _) = entries[at];
            if (answer.Length > 0 && (answer.Equals(key, StringComparison.CurrentCultureIgnoreCase) || answer.Equals(label, StringComparison.CurrentCultureIgnoreCase)))
            {
                return at;
            }
        }

        return null;
    }

    private string Name(int at) => entries[at] is { Key.Length: > 0 } entry ? entry.Key : entries[at].Label;

    private static string KeyOf(string label)
    {
        var mark = label.IndexOf('&');
        return mark >= 0 && mark < label.Length - 1 ? label.Substring(mark + 1, 1).ToUpperInvariant() : "";
    }
}
