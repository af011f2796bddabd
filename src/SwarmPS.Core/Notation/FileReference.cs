using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>A secret or config by its name, and the file it is in a container.</summary>
/// <param name="Source">The secret's or config's name.</param>
/// <param name="File">The file.</param>
public sealed record FileReference(string Source, FileTarget File)
{
    private const string Expected = "Write a name, or source=NAME,target=FILE,uid=0,gid=0,mode=0444.";

    /// <summary>Reads docker's notation for <c>--secret</c> and <c>--config</c>. A mode is octal. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static FileReference Parse(string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAny(',', '='))
            return Of(text, new());
        var (source, file) = ("", new FileTarget());
        foreach (var (name, value) in CommaFields.Parse(text))
        {
            var given = value is { Length: > 0 } ? value : throw new FormatException($"'{text}' has a field '{name}' without a value. {Expected}");
            switch (name)
            {
                case "source" or "src": source = given; break;
                case "target": file = file with { Name = given }; break;
                case "uid": file = file with { UID = given }; break;
                case "gid": file = file with { GID = given }; break;
                case "mode": file = file with { Mode = Octal(given, text) }; break;
                default: throw new FormatException($"'{text}' has a field '{name}', which is none of source, target, uid, gid, mode. {Expected}");
            }
        }
        return source.Length > 0 ? Of(source, file) : throw new FormatException($"'{text}' has no source: the secret's or config's name is missing. {Expected}");
    }

    /// <summary>What docker's client sends where nothing is said.</summary>
    private static FileReference Of(string source, FileTarget file) => new(source, file with
    {
        Name = file.Name ?? source,
        UID = file.UID ?? "0",
        GID = file.GID ?? "0",
        Mode = file.Mode ?? FileTargets.DefaultMode,
    });

    private static uint Octal(string digits, string text) =>
        digits.Length <= 5 && digits.All(digit => digit is >= '0' and <= '7')
            ? Convert.ToUInt32(digits, 8)
            : throw new FormatException($"'mode={digits}' in '{text}' is not a mode. Write it in octal digits, as 0440.");
}
