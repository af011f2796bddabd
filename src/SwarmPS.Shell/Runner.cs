using System.Management.Automation;
using System.Management.Automation.Runspaces;
using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell;

/// <summary>Runs commands in the runspace, with output and errors shown as they come.</summary>
internal sealed class Runner(Runspace runspace, ShellConsole console, Interruption interruption)
{
    public Runspace Runspace => runspace;

    /// <summary>Whether the last command succeeded: <c>$?</c>.</summary>
    public bool Succeeded => runspace.SessionStateProxy.GetVariable("?") is not false;

    /// <summary>Runs to the end. False after a terminating error, or when it was stopped.</summary>
    public bool Run(Command command)
    {
        using var shell = PowerShell.Create(runspace);
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Commands.AddCommand(command);
        shell.Commands.AddCommand(new Command("Out-Default")
        {
            MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output,
        });
        using var running = interruption.Guard(shell);
        try
        {
            // What goes into the history is what a person typed, and only that leaves its mark on $?.
            shell.Invoke(null, new PSInvocationSettings { AddToHistory = true });
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException problem)
        {
            Show(problem.ErrorRecord);
            return false;
        }
    }

    public bool RunText(string text) => Run(new Command(text, isScript: true, useLocalScope: false));

    /// <summary>What a function of the session gives as text; empty when it fails.</summary>
    public string Ask(string function)
    {
        using var shell = PowerShell.Create(runspace);
        try
        {
            return string.Concat(shell.AddCommand(function).Invoke().Select(part => part?.ToString()));
        }
        catch (RuntimeException)
        {
            // A prompt that fails is the user's, who sees a plain one instead.
            return "";
        }
    }

    private void Show(ErrorRecord problem)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand("Out-Default");
        console.Divert(console.WriteError, () => shell.Invoke(new object[] { problem }));
    }
}
