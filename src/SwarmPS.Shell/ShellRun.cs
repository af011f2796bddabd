using System.Management.Automation;
using System.Management.Automation.Runspaces;
using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell;

/// <summary>Runs what the command line asks for and says the exit code.</summary>
internal sealed class ShellRun(ShellHost host, Runspace runspace, ShellConsole console)
{
    private readonly Interruption interruption = new();

    public int Run(CommandLine line)
    {
        using var signals = interruption.Listen();
        var code = line.Mode switch
        {
            RunMode.File => RunFile(line),
            RunMode.Command when line.Text != "-" => RunCommand(line.Text),
            _ => ExitCodes.Success,
        };
        host.EndProgress();
        return host.ExitCode ?? interruption.ExitCode ?? code;
    }

    private int RunFile(CommandLine line)
    {
        var path = Path.GetFullPath(line.Text);
        if (!File.Exists(path))
        {
            console.WriteError($"swarmps: there is no script {line.Text}. Check the path, which is relative to {Environment.CurrentDirectory}.\n");
            return ExitCodes.Usage;
        }

        using var shell = PowerShell.Create(runspace);
        var command = new Command(path, isScript: false, useLocalScope: false);
        foreach (var argument in line.Arguments)
        {
            command.Parameters.Add(argument);
        }

        // Else exit would only end the script, as it does in a script that calls another.
        EngineState.LetExitPass(runspace);
        return Invoke(shell, command) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private int RunCommand(string text)
    {
        using var shell = PowerShell.Create(runspace);
        var ran = Invoke(shell, new Command(text, isScript: true, useLocalScope: false));
        return ran && Succeeded() ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>Whether the last command did: <c>$?</c>.</summary>
    private bool Succeeded() => runspace.SessionStateProxy.GetVariable("?") is not false;

    /// <summary>Runs to the end, with output and errors shown as they come. False after a terminating error.</summary>
    private bool Invoke(PowerShell shell, Command command)
    {
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Commands.AddCommand(command);
        var show = new Command("Out-Default") { MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output };
        shell.Commands.AddCommand(show);
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

    private void Show(ErrorRecord problem)
    {
        using var shell = PowerShell.Create(runspace);
        var show = new Command("Out-Default");
        shell.Commands.AddCommand(show);
        var record = PSObject.AsPSObject(problem);
        record.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        shell.Invoke(new object[] { record });
    }
}
