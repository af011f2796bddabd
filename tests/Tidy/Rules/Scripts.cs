using System.Text.RegularExpressions;

namespace SwarmPS.Tidy.Rules;

/// <summary>Scripts run alike in pwsh and in the embedded host, which has PowerShell's core cmdlets only.</summary>
internal static partial class Scripts
{
    private static readonly HashSet<string> Core = new(StringComparer.OrdinalIgnoreCase)
    {
        "Export-ModuleMember", "ForEach-Object", "Get-Command", "Get-Help", "Get-Job", "Get-Module", "Import-Module",
        "New-Module", "Out-Default", "Out-Host", "Out-Null", "Receive-Job", "Remove-Job", "Remove-Module",
        "Set-StrictMode", "Start-Job", "Stop-Job", "Wait-Job", "Where-Object",
    };

    public static IEnumerable<Violation> Check(IReadOnlyCollection<SourceFile> scripts, Vocabulary words)
    {
        var own = scripts.SelectMany(script => Function().Matches(script.Text)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from script in scripts
               from Match match in Called().Matches(Comment().Replace(script.Text, blank => new string(' ', blank.Length)))
               where !own.Contains(match.Value) && !Core.Contains(match.Value) && !words.Cmdlets.Contains(match.Value)
               select script.At(match.Index, $"{match.Value} is no cmdlet of the module or the embedded host: call .NET, or a function of these scripts");
    }

    [GeneratedRegex(@"^\s*function\s+([\w-]+)", RegexOptions.Multiline)]
    private static partial Regex Function();

    [GeneratedRegex(@"(?<![\w$/.-])[A-Z][a-z]+-[A-Z][A-Za-z]+\b(?!/)")]
    private static partial Regex Called();

    [GeneratedRegex(@"(?<=^|\s)#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
