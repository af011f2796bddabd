using System.Management.Automation;
using System.Management.Automation.Internal;

namespace SwarmPS.Shell.Hosting;

/// <summary>The three streams of the process: which are terminals, which take colours, and how to write to them.</summary>
internal sealed class ShellConsole
{
    private const int WidthElsewhere = 120;
    private const string ClearLine = "\r\e[2K";

    private readonly Lock gate = new();
    private string progress = "";
    private bool atLineStart = true;

    /// <summary>Somebody can be asked: by a terminal, or by an input that holds the answers.</summary>
    public required bool CanAsk { get; init; }

    public bool InputIsTerminal { get; } = !Console.IsInputRedirected;

    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    public bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected;

    public bool OutputHasColour => OutputIsTerminal && colours;

    public bool ErrorHasColour => ErrorIsTerminal && colours;

    private readonly bool colours =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>The cursor can be moved, so that lines can be edited.</summary>
    public bool OutputHasMovement => OutputIsTerminal && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "");

    /// <summary>Answers can be read key by key.</summary>
    public bool CanEditAnswers => InputIsTerminal && OutputHasMovement;

    /// <summary>What to do when Ctrl-C is typed into an answer.</summary>
    public Action? Interrupted { get; set; }

    /// <summary>Columns of the terminal.</summary>
    public int Width => OutputIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : WidthElsewhere;

    public int Height => OutputIsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : 50;

    public static ShellConsole Open(bool nonInteractive) => new() { CanAsk = !nonInteractive };

    public void Write(string text) => Write(Console.Out, text, OutputHasColour);

    public void WriteError(string text) => Write(Console.Error, text, ErrorHasColour);

    /// <summary>Shows one line below the output, in place of the one before. An empty one takes it away.</summary>
    public void ShowProgress(string line)
    {
        if (!ErrorIsTerminal)
        {
            return;
        }

        lock (gate)
        {
            var width = Math.Max(Console.WindowWidth - 1, 20);
            line = line.Length > width ? line[..width] : line;
            if (line != progress)
            {
                Console.Error.Write(progress.Length > 0 ? ClearLine + line : line);
                progress = line;
            }
        }
    }

    /// <summary>A program that writes to the terminal itself has started: where the cursor is, is not known.</summary>
    public void LoseLine() => atLineStart = false;

    /// <summary>Makes sure that the cursor is at the start of a line, without asking the terminal where it is.</summary>
    public void StartLine()
    {
        if (OutputHasMovement && !atLineStart)
        {
            // A row of blanks ends in the next line, unless it began at the start of its own.
            Console.Out.Write(new string(' ', Width) + ClearLine);
        }

        atLineStart = true;
    }

    private void Write(TextWriter stream, string text, bool colour)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (!colour && text.Contains('\e'))
        {
            text = new StringDecorated(text).ToString(OutputRendering.PlainText);
        }

        lock (gate)
        {
            if (progress.Length > 0)
            {
                Console.Error.Write(ClearLine);
                progress = "";
            }

            stream.Write(text);
            atLineStart = text[^1] == '\n';
        }
    }
}
