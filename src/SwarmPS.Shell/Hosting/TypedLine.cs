using System.Text;

namespace SwarmPS.Shell.Hosting;

/// <summary>An answer typed at a terminal: read key by key, so that Ctrl-C can stop what asks.</summary>
internal static class TypedLine
{
    /// <returns>The line; null when Ctrl-D ended it.</returns>
    /// <exception cref="OperationCanceledException">Ctrl-C, or something else stopped the pipeline that asked.</exception>
    public static string? Read(ShellConsole console, bool echo)
    {
        var before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            return ReadKeys(console, echo);
        }
        finally
        {
            Console.TreatControlCAsInput = before;
        }
    }

    private static string? ReadKeys(ShellConsole console, bool echo)
    {
        var typed = new StringBuilder();
        while (true)
        {
            var key = console.ReadKey();
            switch (key)
            {
                case { Key: ConsoleKey.Enter } or { KeyChar: '\n' }:
                    console.Write(Environment.NewLine);
                    return typed.ToString();
                case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }:
                    console.Write("^C" + Environment.NewLine);
                    console.Interruption.Interrupt();
                    throw new OperationCanceledException();
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when typed.Length == 0:
                    console.Write(Environment.NewLine);
                    return null;
                case { Key: ConsoleKey.Backspace } when typed.Length > 0:
                    typed.Length--;
                    console.Write(echo ? "\b \b" : "");
                    break;
                case { KeyChar: var letter } when !char.IsControl(letter):
                    typed.Append(letter);
                    console.Write(echo ? letter.ToString() : "");
                    break;
            }
        }
    }
}
