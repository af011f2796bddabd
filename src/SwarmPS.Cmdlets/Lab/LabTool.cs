using System.Diagnostics;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>Runs the system's own programs: <c>ip</c>, <c>umount</c>.</summary>
internal static class LabTool
{
    /// <summary>Programs a lab needs.</summary>
    public static readonly IReadOnlyList<string> Needed = ["ip", "nsenter", "umount", "containerd", "dockerd"];

    /// <summary>Runs a program to its end; gives what it printed. Throws <see cref="LabException"/> with its error where it fails.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, string input = "")
    {
        var (code, output, error) = await TryAsync(program, arguments, input).ConfigureAwait(false);
        return code == 0 ? output : throw new LabException("LabToolFailed", $"{program} {string.Join(' ', arguments)} failed with {code}: {error.Trim()}{(input.Length > 0 ? $" (of: {input.Trim()})" : "")}");
    }

    /// <summary>Runs a program to its end; tells how it ended.</summary>
    public static async Task<(int Code, string Output, string Error)> TryAsync(string program, string[] arguments, string input = "")
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in arguments)
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all; its code and error tell why.
        }
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    /// <summary>Says what is missing for a lab to run here; null where nothing is.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux())
            return "A lab needs Linux: its nodes are network namespaces, each with an engine.";
        if (!Environment.IsPrivilegedProcess)
            return "A lab needs root: it makes network namespaces and starts engines. Run PowerShell with sudo.";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var missing = Needed.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))).ToList();
        return missing.Count == 0 ? null : $"A lab needs programs that are not on the PATH: {string.Join(", ", missing)}. On Debian: apt-get install iproute2 util-linux docker.io.";
    }
}
