using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace SwarmPS.Shell.Tests;

/// <summary>A terminal with a prompt in it, made by <c>script</c> of util-linux.</summary>
internal sealed partial class Terminal : IAsyncDisposable
{
    public const string Enter = "\r";
    public const string Tab = "\t";
    public const string Up = "\e[A";
    public const string ControlC = "\x03";
    public const string ControlD = "\x04";

    private readonly Process process;
    private readonly StringBuilder seen = new();
    private readonly Task reading;
    private int at;

    private Terminal(Process process)
    {
        this.process = process;
        reading = ReadAsync();
    }

    /// <summary>Everything the terminal was sent.</summary>
    public string Raw
    {
        get
        {
            lock (seen)
            {
                return seen.ToString();
            }
        }
    }

    /// <summary>The same without escape sequences.</summary>
    public string Text => Escape().Replace(Raw, "");

    /// <summary>Starts swarmps in a terminal; null where there is no <c>script</c>.</summary>
    public static Terminal? Open(ShellProcess shell, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/script"))
        {
            return null;
        }

        var words = string.Join(' ', arguments.Prepend(ShellProcess.Program).Select(word => $"'{word.Replace("'", @"'\''")}'"));
        return new(Process.Start(shell.Prepare("/usr/bin/script", ["-q", "-e", "-c", $"stty cols 100 rows 40; exec {words}", "/dev/null"]))!);
    }

    public async Task TypeAsync(params string[] keys)
    {
        foreach (var part in keys)
        {
            await process.StandardInput.WriteAsync(part);
        }

        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the text is shown, after what was waited for before.</summary>
    public Task ShowsAsync(string expected) => Eventually.TrueAsync(() => Advance(expected), $"'{expected}'", () => Text[at..]);

    public async Task<int> EndsAsync()
    {
        using var late = new CancellationTokenSource(Eventually.Deadline);
        await process.WaitForExitAsync(late.Token);
        await reading;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await reading;
        process.Dispose();
    }

    private bool Advance(string expected)
    {
        var text = Text;
        var found = text.IndexOf(expected, Math.Min(at, text.Length), StringComparison.Ordinal);
        if (found < 0)
        {
            return false;
        }

        at = found + expected.Length;
        return true;
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        int count;
        while ((count = await process.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (seen)
            {
                seen.Append(buffer, 0, count);
            }
        }
    }

    // A sequence that is not whole yet would shift the text when its end comes.
    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\e[=>]|\e\[?[0-9;?]*$|\r")]
    private static partial Regex Escape();
}
