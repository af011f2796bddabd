using System.Management.Automation.Runspaces;
using SwarmPS.Shell.Hosting;
using SwarmPS.Shell.Prompt;

namespace SwarmPS.Shell;

/// <summary>Runs what the command line asks for and says the exit code.</summary>
internal sealed class ShellRun(ShellHost host, Runspace runspace, ShellConsole console)
{
    public int Run(CommandLine line)
    {
        var interruption = console.Interruption;
        var runner = new Runner(runspace, console, interruption);
        using var signals = interruption.Listen();
        var reads = line.Mode == RunMode.Prompt || line.Text == "-";
        var code = reads ? ExitCodes.Success : RunGiven(line, runner);
        if (host.ExitCode is null && (reads || line.NoExit))
        {
            code = new PromptLoop(host, runner, console, interruption).Run(greet: reads && !line.NoLogo);
        }

        host.EndProgress();
        return host.ExitCode ?? interruption.ExitCode ?? code;
    }

    private int RunGiven(CommandLine line, Runner runner)
    {
        if (line.Mode == RunMode.Command)
        {
            return runner.RunText(line.Text) && runner.Succeeded ? ExitCodes.Success : ExitCodes.Failure;
        }

        var path = Path.GetFullPath(line.Text);
        if (!File.Exists(path))
        {
            console.WriteError($"swarmps: there is no script {line.Text}. Check the path, which is relative to {Environment.CurrentDirectory}.{Environment.NewLine}");
            return ExitCodes.Usage;
        }

        // A script without its ending, started by its first line, is run by its text: its path would start it again.
        var named = Path.GetExtension(path).Equals(".ps1", StringComparison.OrdinalIgnoreCase);
        var script = new Command(named ? path : File.ReadAllText(path), isScript: !named, useLocalScope: false);
        foreach (var argument in line.Arguments)
        {
            script.Parameters.Add(argument);
        }

        if (named && !line.NoExit)
        {
            // Else exit would only end the script, as it does in a script that calls another.
            EngineState.LetExitPass(runspace);
        }

        return runner.Run(script) ? ExitCodes.Success : ExitCodes.Failure;
    }
}
