using System.Text.RegularExpressions;

namespace SwarmPS.Tidy.Rules;

/// <summary>The list of scenarios: each line of its tables names a test that exists.</summary>
internal static partial class Scenarios
{
    public const string Document = "docs/scenarios.md";

    public static IEnumerable<Violation> Check(SourceFile document, IEnumerable<SourceFile> code)
    {
        var tests = code.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal)).ToLookup(file => Path.GetFileNameWithoutExtension(file.Path));
        var lines = document.Text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('|') || lines[i].StartsWith("|---", StringComparison.Ordinal) || lines[i].EndsWith("| Test |", StringComparison.Ordinal))
                continue;
            var name = Test().Match(lines[i]);
            if (!name.Success || !tests[name.Groups[1].Value].Any(file => file.Text.Contains($"public void {name.Groups[2]}(", StringComparison.Ordinal) ||
                file.Text.Contains($"public async Task {name.Groups[2]}(", StringComparison.Ordinal)))
                yield return new Violation($"{document.Path}:{i + 1}", $"no such test: {lines[i].Trim()}");
        }
    }

    [GeneratedRegex(@"\| `(\w+)\.(\w+)` \|$")]
    private static partial Regex Test();
}
