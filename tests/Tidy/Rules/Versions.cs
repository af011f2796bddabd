using System.Text.RegularExpressions;

namespace SwarmPS.Tidy.Rules;

/// <summary>The product's version is written once, in <see cref="Place"/>.</summary>
internal static partial class Versions
{
    public const string Place = "Directory.Build.props";

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        var pattern = Path.GetExtension(file.Path) switch
        {
            ".csproj" or ".props" or ".targets" => Property(),
            ".psd1" => Manifest(),
            _ => null,
        };
        return from match in pattern?.Matches(file.Text) ?? Enumerable.Empty<Match>()
               where file.Path != Place || match.Value != "<Version>"
               select file.At(match.Index, $"{match.Value} sets a version of its own: the product's is <Version> of {Place}");
    }

    [GeneratedRegex("<(Assembly|File|Informational|Package)?Version(Prefix|Suffix)?>")]
    private static partial Regex Property();

    [GeneratedRegex(@"\bModuleVersion = '(?!0\.0\.0')[^']*'")]
    private static partial Regex Manifest();
}
