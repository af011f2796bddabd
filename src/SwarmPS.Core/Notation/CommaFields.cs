using System.Text;

namespace SwarmPS.Notation;

/// <summary>Lists as <c>type=bind,src=/a,"volume-opt=o=uid=1,gid=2"</c>: fields between commas; quotes keep a field together.</summary>
internal static class CommaFields
{
    /// <summary>Names (lower case) with values; no value where there is no <c>=</c>. Throws <see cref="FormatException"/> for an open quote.</summary>
    public static IEnumerable<(string Name, string? Value)> Parse(string text) => Split(text).Select(field =>
    {
        var at = field.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? (field.Trim().ToLowerInvariant(), (string?)null) : (field[..at].Trim().ToLowerInvariant(), field[(at + 1)..]);
    });

    /// <summary>A field that <see cref="Parse"/> reads back, quoted where it has to be.</summary>
    public static string Field(string name, string value)
    {
        var field = $"{name}={value}";
        return field.AsSpan().ContainsAny(',', '"') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
    }

    /// <summary>Reads a switch: nothing, <c>true</c> or <c>1</c> is on. Throws <see cref="FormatException"/> for what is neither on nor off.</summary>
    public static bool Flag(string name, string? value) => value?.ToLowerInvariant() switch
    {
        null or "1" or "true" or "t" => true,
        "0" or "false" or "f" => false,
        _ => throw new FormatException($"'{name}={value}' is neither true nor false."),
    };

    private static List<string> Split(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[i++]);
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == ',' && !quoted)
                Take();
            else
                field.Append(text[i]);
        }
        if (quoted)
            throw new FormatException($"'{text}' has a quote that is not closed.");
        Take();
        return fields;

        void Take()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }
}
