using System.Management.Automation.Language;

namespace SwarmPS.Shell.Prompt;

/// <summary>PowerShell text as it is being typed.</summary>
internal static class Statement
{
    /// <summary>Whether more lines are needed: an open brace, quote or pipe at the end.</summary>
    public static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
