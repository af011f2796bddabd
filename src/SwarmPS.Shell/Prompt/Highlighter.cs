using System.Text.RegularExpressions;
using RadLine;
using Spectre.Console;

namespace SwarmPS.Shell.Prompt;

/// <summary>Colours each word that is typed by what it looks like.</summary>
internal sealed partial class Highlighter : IHighlighter
{
    private static readonly Style Cmdlet = new(Color.Yellow);
    private static readonly Style Parameter = new(Color.Grey);
    private static readonly Style Variable = new(Color.Green);
    private static readonly Style Quoted = new(Color.Aqua);

    public Style? Highlight(string token) => token switch
    {
        ['$' or '@', _, ..] => Variable,
        ['\'' or '"', ..] => Quoted,
        ['-', >= 'A' and <= 'z', ..] => Parameter,
        _ when CmdletName().IsMatch(token) => Cmdlet,
        _ => null,
    };

    [GeneratedRegex("^[A-Za-z]+-[A-Za-z]+$")]
    private static partial Regex CmdletName();
}
