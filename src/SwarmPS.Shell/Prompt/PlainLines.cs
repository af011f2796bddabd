using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell.Prompt;

/// <summary>Lines of a redirected input, or of a terminal that cannot move its cursor.</summary>
internal sealed class PlainLines(ShellConsole console, bool echoPrompt) : ILineSource
{
    public InputLine Read(string prompt, string before)
    {
        if (echoPrompt)
        {
            console.Write(prompt);
        }

        return console.ReadLine() is { } line ? new(LineEnd.Entered, line) : new(LineEnd.OfInput);
    }

    public void Remember(string statement)
    {
        // Nothing is recalled here.
    }
}
