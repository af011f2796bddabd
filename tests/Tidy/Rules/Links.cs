using System.Text.RegularExpressions;

namespace SwarmPS.Tidy.Rules;

/// <summary>Links between documents: the index leads to each one, and headings that links name exist.</summary>
internal static partial class Links
{
    public const string Index = "docs/README.md";

    /// <summary>Documents below docs/ that no chain of links from the index reaches.</summary>
    public static IEnumerable<Violation> CheckReachable(IReadOnlyList<SourceFile> documents)
    {
        var byPath = documents.ToDictionary(document => document.Path);
        HashSet<string> reached = [Index];
        Queue<string> open = new(reached);
        while (open.TryDequeue(out var path))
        {
            foreach (var (_, target, _) in byPath.TryGetValue(path, out var document) ? Of(document) : [])
            {
                if (reached.Add(target))
                    open.Enqueue(target);
            }
        }
        return documents.Where(document => document.IsUnder("docs") && !reached.Contains(document.Path))
            .Select(document => new Violation(document.Path, $"cannot be reached from {Index}: add a link"));
    }

    /// <summary>Links to headings that the target does not have.</summary>
    public static IEnumerable<Violation> CheckHeadings(IReadOnlyList<SourceFile> documents)
    {
        var headings = documents.ToDictionary(document => document.Path, document => Heading().Matches(document.Text).Select(Anchor).ToHashSet());
        return from document in documents
               from link in Of(document)
               where link.Heading.Length > 0 && headings.TryGetValue(link.Target, out var known) && !known.Contains(link.Heading)
               select document.At(link.Offset, $"{link.Target} has no heading #{link.Heading}");
    }

    private static IEnumerable<(int Offset, string Target, string Heading)> Of(SourceFile document)
    {
        foreach (Match match in Link().Matches(document.Text))
        {
            var parts = Uri.UnescapeDataString(match.Groups[1].Value).Split('#', 2);
            if (!parts[0].Contains(':', StringComparison.Ordinal))
                yield return (match.Index, Resolve(document.Path, parts[0]), parts.Length > 1 ? parts[1] : "");
        }
    }

    /// <summary>The path in the repository that a link of a document leads to.</summary>
    private static string Resolve(string from, string target)
    {
        if (target.Length == 0)
            return from;
        List<string> path = [.. from.Split('/')[..^1]];
        foreach (var part in target.Split('/'))
        {
            if (part == ".." && path.Count > 0)
                path.RemoveAt(path.Count - 1);
            else if (part != ".")
                path.Add(part);
        }
        return string.Join('/', path);
    }

    // As code hosts make anchors: lower case, blanks as hyphens, no other punctuation.
    private static string Anchor(Match heading) =>
        Punctuation().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex Punctuation();
}
