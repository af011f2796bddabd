using System.Collections;
using System.Management.Automation;

namespace SwarmPS.Shell.Prompt;

/// <summary>What a completion would put in the place of a part of the text.</summary>
internal readonly record struct Completions(int Start, int Length, IReadOnlyList<string> Texts)
{
    public static readonly Completions None = new(0, 0, []);
}

/// <summary>Asks PowerShell how a text might go on.</summary>
internal sealed class Completer(Runner runner)
{
    /// <summary>Completion of a line whose statement began with earlier ones.</summary>
    public CompletionCycle At(string before) => new((line, position) => Complete(before, line, position));

    private Completions Complete(string before, string line, int position)
    {
        var (text, at) = (before + line, before.Length + position);
        var found = FromPowerShell(text, at);
        if (found.Texts.Count == 0)
        {
            found = Members.Complete(text, at, runner.Runspace);
        }

        found = found with { Start = found.Start - before.Length };
        return found.Texts.Count > 0 && found.Start >= 0
            ? found
            : FilePaths.Complete(line, position, runner.Runspace.SessionStateProxy.Path.CurrentFileSystemLocation.Path);
    }

    private Completions FromPowerShell(string text, int position)
    {
        using var shell = PowerShell.Create(runner.Runspace);
        var errors = runner.Runspace.SessionStateProxy.GetVariable("Error") as ArrayList;
        var known = errors?.Count ?? 0;
        try
        {
            var found = CommandCompletion.CompleteInput(text, position, null, shell);
            return new(found.ReplacementIndex, found.ReplacementLength, [.. found.CompletionMatches.Select(match => match.CompletionText)]);
        }
        catch (Exception problem) when (problem is RuntimeException or NullReferenceException)
        {
            // A completer of a module may fail, and PowerShell's own do that need cmdlets which are not here.
            return Completions.None;
        }
        finally
        {
            // What a completer ran into is not an error of the user's.
            errors?.RemoveRange(0, Math.Max(errors.Count - known, 0));
        }
    }
}
