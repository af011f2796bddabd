namespace SwarmPS.Tidy.Rules;

/// <summary>A folder is a noun of the glossary.</summary>
internal static class Folders
{
    public const string Glossary = "docs/glossary.md";

    private static readonly string[] Nameless = ["Utils", "Util", "Utilities", "Helpers", "Helper", "Common", "Misc", "Shared", "Stuff"];

    public static IEnumerable<Violation> Check(IEnumerable<SourceFile> files, string glossary)
    {
        var folders = files.Select(file => file.Path).SelectMany(Above).Distinct().Order(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            if (Nameless.Contains(folder.Split('/')[^1], StringComparer.OrdinalIgnoreCase))
            {
                yield return new(folder, "says nothing about what is in it: name it by a noun of the glossary");
            }
            else if (folder.StartsWith("src/", StringComparison.Ordinal) && !glossary.Contains($"`{folder[4..]}`", StringComparison.Ordinal))
            {
                yield return new(folder, $"is not in {Glossary}: add a line with `{folder[4..]}` that says what it is");
            }
        }
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }
}
