using System.Management.Automation.Internal;
using RadLine;
using Spectre.Console;
using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell.Prompt;

/// <summary>Lines edited in a terminal, with history and completion.</summary>
internal sealed class EditedLines(ShellConsole console, Runner runner, History history) : ILineSource
{
    private readonly Completer completer = new(runner);
    private readonly KeySource keys = new(console);

    public InputLine Read(string prompt, string before)
    {
        prompt = ShowLinesAbove(prompt);
        var state = new EditState();
        var editor = new LineEditor(source: keys)
        {
            MultiLine = true,
            Prompt = new StatePrompt(prompt, state),
            Highlighter = console.OutputHasColour ? new Highlighter() : null,
        };
        EditKeys.Bind(editor.KeyBindings, state, completer.At(before));
        foreach (var statement in history.Statements)
        {
            editor.History.Add(statement);
        }

        // A key, not a signal: there is nothing to stop but the line.
        Console.TreatControlCAsInput = true;
        try
        {
            // The keys are waited for on this thread, where completion can use the runspace.
            var text = editor.ReadLine(CancellationToken.None).GetAwaiter().GetResult();
            return text is null ? new(state.Ended ? LineEnd.OfInput : LineEnd.GivenUp) : new(LineEnd.Entered, text.ReplaceLineEndings("\n"));
        }
        catch (InvalidOperationException)
        {
            // The terminal has gone.
            return new(LineEnd.OfInput);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    public void Remember(string statement) => history.Add(statement);

    /// <summary>The editor draws one line: the others of a longer prompt are printed above it.</summary>
    private string ShowLinesAbove(string prompt)
    {
        // Escape sequences would be counted as columns.
        prompt = new StringDecorated(prompt).ToString(System.Management.Automation.OutputRendering.PlainText);
        var last = prompt.ReplaceLineEndings("\n").LastIndexOf('\n');
        if (last >= 0)
        {
            console.Write(prompt[..(last + 1)]);
        }

        return prompt[(last + 1)..];
    }

    /// <summary>Shows the prompt, and learns where in a text of several lines the cursor is.</summary>
    private sealed class StatePrompt(string prompt, EditState state) : ILineEditorPrompt
    {
        private readonly Markup first = new(Markup.Escape(prompt.TrimEnd()));
        private readonly Markup next = new(">>");

        public (Markup Markup, int Margin) GetPrompt(ILineEditorState lines, int line)
        {
            state.Lines = lines;
            return (line == 0 ? first : next, 1);
        }
    }
}
