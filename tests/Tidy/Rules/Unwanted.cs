using System.Text.RegularExpressions;

namespace SwarmPS.Tidy.Rules;

/// <summary>Text that may stand in no file: unfinished work, and what is true on one machine only.</summary>
internal static class Unwanted
{
    // Put together here so that this file does not break the rule itself.
    private static readonly Regex Unfinished = new($@"\b(TO{"DO"}|FIX{"ME"}|HA{"CK"}|NotImplemented{"Exception"})\b", RegexOptions.Compiled);

    private static readonly Regex Machine = new(
        $@"(?<![\w.])/(wo{"rk"}|fa{"rm"})/|/tmp/bash_{"jobs"}|nuget\.{"org"}|registry\.{"npmjs"}|deb\.{"debian"}",
        RegexOptions.Compiled);

    private static readonly string[] Kinds = [".cs", ".ps1", ".psm1", ".psd1", ".ps1xml", ".sh", ".md", ".csproj", ".props", ".targets", ".slnx", ".yml", ".json"];

    public static IEnumerable<Violation> CheckUnfinished(SourceFile file) => Find(file, Unfinished, "is unfinished: finish it or leave it out");

    public static IEnumerable<Violation> CheckMachine(SourceFile file) => Find(file, Machine, "is true on one machine only");

    private static IEnumerable<Violation> Find(SourceFile file, Regex pattern, string what) =>
        Kinds.Contains(Path.GetExtension(file.Path)) || file.Path.StartsWith(".ci/", StringComparison.Ordinal)
            ? pattern.Matches(file.Text).Select(match => file.At(match.Index, $"'{match.Value}' {what}"))
            : [];
}
