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
    private Action<string>? diversion;
    private int divertedWidth;

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

    /// <summary>What stops the running pipeline, and with it a question that it asks.</summary>
    public required Interruption Interruption { get; init; }

    private readonly Demand<ConsoleKeyInfo> keys = new(() => Console.ReadKey(intercept: true));
    private readonly Demand<string?> lines = new(() => Console.In.ReadLine());

    /// <summary>Columns of the terminal.</summary>
    public int Width => divertedWidth > 0 ? divertedWidth : OutputIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : WidthElsewhere;

    public int Height => OutputIsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : 50;

    public static ShellConsole Open(bool nonInteractive) => new() { CanAsk = !nonInteractive, Interruption = new() };

    /// <summary>The next key typed, not shown.</summary>
    /// <exception cref="OperationCanceledException">The pipeline that asked was stopped.</exception>
    public ConsoleKeyInfo ReadKey() => keys.Take(Interruption.Stopping);

    /// <summary>The next line of the input; null at its end.</summary>
    /// <exception cref="OperationCanceledException">The pipeline that asked was stopped.</exception>
    public string? ReadLine() => lines.Take(Interruption.Stopping);

    public void Write(string text)
    {
        if (diversion is { } taker)
        {
            taker(text);
        }
        else
        {
            Write(Console.Out, text, OutputHasColour);
        }
    }

    public void WriteError(string text) => Write(Console.Error, text, ErrorHasColour);

    /// <summary>
    /// Hands what is written to the output to somebody else while something runs, as PowerShell formats for hosts
    /// only; with a width of its own, or with 0 as wide as the output.
    /// </summary>
    public void Divert(Action<string> taker, Action run, int width = 0)
    {
        var before = (diversion, divertedWidth);
        (diversion, divertedWidth) = (taker, width);
        try
        {
            run();
        }
        finally
        {
            (diversion, divertedWidth) = before;
        }
    }

    /// <summary>Text without escape sequences.</summary>
    public static string Plain(string text) => text.Contains('\e') ? new StringDecorated(text).ToString(OutputRendering.PlainText) : text;

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

        text = colour ? text : Plain(text);
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
