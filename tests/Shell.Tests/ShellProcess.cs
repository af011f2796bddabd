using System.Diagnostics;
using System.Text;

namespace SwarmPS.Shell.Tests;

/// <summary>What a run of <c>swarmps</c> left behind.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output's lines, without blank ones.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Runs <c>swarmps</c> as a process, in a folder of the test's own.</summary>
internal sealed class ShellProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>The host's program: SWARMPS, or the one built with these tests.</summary>
    public static string Program =>
        Environment.GetEnvironmentVariable("SWARMPS") ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "swarmps.exe" : "swarmps");

    public string Folder { get; } = Directory.CreateTempSubdirectory("swarmps-shell-").FullName;

    /// <summary>No module, a state folder of the test's own, and nothing that says how a terminal looks.</summary>
    public Dictionary<string, string> Variables { get; } = new() { ["SWARMPS_MODULE"] = "", ["NO_COLOR"] = "", ["TERM"] = "xterm" };

    public ShellProcess() => Variables["XDG_STATE_HOME"] = Path.Combine(Folder, "state");

    /// <summary>Writes a script into the folder and gives its name.</summary>
    public string Script(string text, string name = "test.ps1")
    {
        File.WriteAllText(Path.Combine(Folder, name), text);
        return name;
    }

    public Task<ShellResult> CommandAsync(string text, string? input = null) => RunAsync(["-Command", text], input);

    public Task<ShellResult> ScriptAsync(string text, string? input = null) => RunAsync(["-File", Script(text)], input);

    /// <summary>
    /// Runs to the end. Without an input there is none to read: it is at its end, unless something happens
    /// meanwhile, when it stays open.
    /// </summary>
    public async Task<ShellResult> RunAsync(string[] arguments, string? input = null, Func<Process, Task>? meanwhile = null)
    {
        using var process = Process.Start(Prepare(Program, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        if (meanwhile is null)
        {
            process.StandardInput.Close();
        }

        using var late = new CancellationTokenSource(Deadline);
        try
        {
            if (meanwhile is not null)
            {
                await meanwhile(process);
            }

            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"swarmps {string.Join(' ', arguments)} did not end within {Deadline}. It printed:\n{await output}\n{await error}");
        }

        return new(process.ExitCode, await output, await error);
    }

    public ProcessStartInfo Prepare(string program, string[] arguments)
    {
        // Whoever started the tests may ignore Ctrl-C, as a shell does in what it starts in the background; that would be inherited.
        var (started, words) = OperatingSystem.IsLinux() ? ("env", (string[])["--default-signal=INT", program, .. arguments]) : (program, arguments);
        var start = new ProcessStartInfo(started, words)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
