using System.Diagnostics;
using System.Text;

namespace SwarmPS.EndToEnd;

/// <summary>A terminal of 99 columns, made by <c>script</c> of util-linux, with the real <c>pwsh</c> in it.</summary>
internal sealed class Terminal : IDisposable
{
    public const string ControlC = "\u0003";

    private readonly Process process;
    private readonly StringBuilder shown = new();

    /// <summary>Runs a script in a folder. What the terminal was set to is in the files <c>before</c> and <c>after</c> there.</summary>
    public Terminal(string folder, string script)
    {
        var file = Path.Combine(folder, "terminal.ps1");
        File.WriteAllText(file, ShellScript.Head + script);
        var words = string.Join(' ', PowerShellProgram.Start("-File", file) is var pwsh ? pwsh.ArgumentList.Prepend(pwsh.FileName).Select(word => $"'{word}'") : []);
        // Whoever started the tests may ignore Ctrl-C, as a shell does in what it starts in the background; that would be inherited.
        var command = $"stty -a > before; stty rows 33 cols 99; {words}; stty rows 0 cols 0; stty -a > after";
        process = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "script", "-qec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
            Environment = { ["TERM"] = "xterm", ["SHELL"] = "/bin/sh" },
        })!;
    }

    /// <summary>Everything it was sent.</summary>
    public string Shown => shown.ToString();

    public static void SkipUnlessPossible() => Assert.SkipUnless(File.Exists("/usr/bin/script"), "there is no script (util-linux) to make a terminal with");

    public async Task TypeAsync(string keys)
    {
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the text is shown.</summary>
    public async Task ShowsAsync(string expected)
    {
        var buffer = new char[1024];
        using var late = new CancellationTokenSource(Eventually.Deadline);
        while (!Shown.Contains(expected, StringComparison.Ordinal))
        {
            try
            {
                var read = await process.StandardOutput.ReadAsync(buffer, late.Token);
                Assert.True(read > 0, $"the terminal ended before it showed '{expected}':\n{Shown}");
                shown.Append(buffer, 0, read);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the terminal never showed '{expected}':\n{Shown}");
            }
        }
    }

    /// <summary>Waits until the script has ended.</summary>
    public async Task EndsAsync()
    {
        shown.Append(await process.StandardOutput.ReadToEndAsync().WaitAsync(Eventually.Deadline));
        await process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
