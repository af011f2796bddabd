using System.Text.RegularExpressions;

namespace SwarmPS.Tidy.Rules;

/// <summary>What documents mention exists: types, cmdlets, files of the repository, link targets.</summary>
internal static partial class Mentions
{
    private static readonly Lazy<HashSet<string>> Framework = new(ReadFramework);

    /// <summary>Names of types and cmdlets in backticks.</summary>
    public static IEnumerable<Violation> CheckNames(SourceFile document, Vocabulary words)
    {
        foreach (Match match in Quoted().Matches(WithoutBlocks(document.Text)))
        {
            var name = match.Groups[1].Value;
            if (SwarmCmdlet().IsMatch(name))
            {
                var cmdlet = name.Split(' ')[0];
                if (!words.Cmdlets.Contains(cmdlet))
                {
                    yield return document.At(match.Index, $"there is no cmdlet {cmdlet}");
                }
            }
            else if (TypeName().IsMatch(name) && !Exists(name, words))
            {
                yield return document.At(match.Index, $"there is no type or member {name}");
            }
        }
    }

    /// <summary>Cmdlets in examples: a prompt line that cannot work is worse than none.</summary>
    public static IEnumerable<Violation> CheckExamples(SourceFile document, Vocabulary words) =>
        from Match block in Block().Matches(document.Text)
        from Match match in AnySwarmCmdlet().Matches(block.Value)
        where !words.Cmdlets.Contains(match.Value)
        select document.At(block.Index + match.Index, $"there is no cmdlet {match.Value}");

    /// <summary>Relative links, and paths of the repository in backticks.</summary>
    public static IEnumerable<Violation> CheckPaths(SourceFile document, Func<string, bool> exists)
    {
        var text = WithoutBlocks(document.Text);
        var folder = Path.GetDirectoryName(document.Path) ?? "";
        foreach (Match match in Link().Matches(text))
        {
            var target = match.Groups[1].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains(':') && !exists(Path.Combine(folder, Uri.UnescapeDataString(target))))
            {
                yield return document.At(match.Index, $"the link's target {target} does not exist");
            }
        }

        foreach (Match match in RepositoryPath().Matches(text))
        {
            if (!exists(match.Groups[1].Value))
            {
                yield return document.At(match.Index, $"there is no {match.Groups[1].Value}");
            }
        }
    }

    // Fields of the Engine API are members of ours; types of the framework are known to every reader.
    private static bool Exists(string name, Vocabulary words) =>
        words.Types.Contains(name) || words.Identifiers.Contains(name) || Framework.Value.Contains(name);

    /// <summary>Code blocks blanked out, so that offsets stay.</summary>
    private static string WithoutBlocks(string text) => Block().Replace(text, block => new string([.. block.Value.Select(c => c == '\n' ? c : ' ')]));

    private static HashSet<string> ReadFramework()
    {
        var assemblies = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator);
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return assemblies.Where(path => path.StartsWith(folder, StringComparison.Ordinal))
            .SelectMany(path => System.Reflection.Assembly.Load(Path.GetFileNameWithoutExtension(path)).GetExportedTypes())
            .Select(type => type.Name.Split('`')[0])
            .ToHashSet();
    }

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^[A-Z][a-z]+-Swarm[A-Za-z]*( .*)?$")]
    private static partial Regex SwarmCmdlet();

    [GeneratedRegex(@"\b[A-Z][a-z]+-Swarm[A-Za-z]*\b")]
    private static partial Regex AnySwarmCmdlet();

    [GeneratedRegex(@"^(I[A-Z]|[A-Z])[a-z0-9]+([A-Z][a-z0-9]+)+$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|docs|bench|build|\.ci)/[\w./-]*)`")]
    private static partial Regex RepositoryPath();
}
