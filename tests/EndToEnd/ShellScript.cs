using System.Diagnostics;

namespace SwarmPS.EndToEnd;

/// <summary>A script that the real <c>pwsh</c> runs with the module imported, as a user's would be.</summary>
internal static class ShellScript
{
    /// <summary>What a script begins with.</summary>
    public static string Head => $"$ErrorActionPreference = 'Stop'\nImport-Module '{Path.Combine(AppContext.BaseDirectory, "SwarmPS.psd1")}'\n";

    /// <summary>Runs a script to its end and gives the lines it printed; fails the test where it ends badly.</summary>
    public static async Task<List<string>> RunAsync(string script)
    {
        var (code, output, error) = await EndAsync(script);
        Assert.True(code == 0, $"The script ended with {code}:\n{output}{error}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    /// <summary>Runs a script to its end, however that is.</summary>
    public static async Task<(int Code, string Output, string Error)> EndAsync(string script)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".ps1");
        await File.WriteAllTextAsync(file, Head + script);
        try
        {
            var start = PowerShellProgram.Start("-File", file);
            (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
