using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell.Prompt;

/// <summary>Reads statements and runs each, until the input ends or one says <c>exit</c>.</summary>
internal sealed class PromptLoop(ShellHost host, Runner runner, ShellConsole console, Interruption interruption)
{
    private const string More = ">> ";

    /// <returns>1 when the last command of a redirected input failed, else 0.</returns>
    public int Run(bool greet)
    {
        var interactive = console.InputIsTerminal && console.OutputIsTerminal;
        interruption.KeepsShell = interactive;
        if (interactive && greet)
        {
            console.Write($"{Usage.Version}. Type exit to leave.{Environment.NewLine}");
        }

        var lines = OpenLines(interactive);
        var succeeded = true;
        while (host.ExitCode is null && interruption.ExitCode is null && ReadStatement(lines, interactive) is { } statement)
        {
            if (statement.Length > 0)
            {
                succeeded = runner.RunText(statement) && runner.Succeeded;
            }

            host.EndProgress();
        }

        return interactive || succeeded ? ExitCodes.Success : ExitCodes.Failure;
    }

    private ILineSource OpenLines(bool interactive)
    {
        if (!interactive)
        {
            return new PlainLines(console, echoPrompt: false);
        }

        return console.OutputHasMovement ? new EditedLines(console, runner, History.Open()) : new PlainLines(console, echoPrompt: true);
    }

    /// <summary>A whole statement, however many lines it takes; empty when it was given up, null at the end.</summary>
    private string? ReadStatement(ILineSource lines, bool interactive)
    {
        var prompt = interactive ? ShownPrompt() : "";
        var text = "";
        while (true)
        {
            var line = lines.Read(text.Length == 0 ? prompt : More, before: text);
            switch (line.End)
            {
                case LineEnd.GivenUp:
                    return "";
                case LineEnd.OfInput:
                    // What is incomplete is run all the same: its error says what is missing.
                    return text.Length > 0 ? text : null;
            }

            text += line.Text;
            if (!Statement.IsIncomplete(text))
            {
                lines.Remember(text);
                return text.Trim().Length == 0 ? "" : text;
            }

            text += '\n';
        }
    }

    private string ShownPrompt()
    {
        console.StartLine();
        var prompt = runner.Ask("prompt");
        return prompt.Length == 0 ? "PS> " : prompt;
    }
}
