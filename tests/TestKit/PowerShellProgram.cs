using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SwarmPS.TestKit;

/// <summary>The real PowerShell: the <c>pwsh</c> of the PATH where it is 7.4 or later, else the tool of the manifest.</summary>
public static class PowerShellProgram
{
    private static readonly Version Oldest = new(7, 4);
    private static readonly Lazy<string[]> Found = new(Find);

    /// <summary>The program and the arguments before a user's own. Throws where there is no PowerShell, saying why.</summary>
    public static IReadOnlyList<string> Command => Found.Value;

    /// <summary>How to start it without a profile.</summary>
    public static ProcessStartInfo Start(params string[] arguments) => new(Command[0], [.. Command.Skip(1), "-NoProfile", .. arguments])
    {
        Environment = { ["POWERSHELL_TELEMETRY_OPTOUT"] = "1", ["NO_COLOR"] = "1" },
    };

    private static string[] Find()
    {
        var (name, folders) = (OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh", Environment.GetEnvironmentVariable("PATH") ?? "");
        var installed = folders.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (installed is not null && Run(installed, "-Version") is (0, var told) && VersionOf(told) >= Oldest)
            return [installed];

        // The tool's own program is started, and not `dotnet tool run`, so that signals reach it alone.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        string[] ask = ["tool", "run", "pwsh", "--", "-NoProfile", "-Command", "$PSHOME"];
        var asked = Run(dotnet, ask);
        if (asked.Code != 0 && Run(dotnet, "tool", "restore") is (not 0, var why))
            throw new InvalidOperationException($"There is no pwsh {Oldest} on the PATH, and dotnet tool restore failed: {why}");
        if (asked.Code != 0)
            asked = Run(dotnet, ask);
        return asked.Code == 0 ? [dotnet, Path.Combine(asked.Told, "pwsh.dll")] : throw new InvalidOperationException($"The PowerShell tool does not start: {asked.Told}");
    }

    private static (int Code, string Told) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : $"{output}{error.Result}".Trim());
    }

    // "PowerShell 7.6.9", or with a label after the numbers.
    private static Version VersionOf(string told) => Version.TryParse(told.Split(' ')[^1].Split('-')[0], out var version) ? version : new();
}
