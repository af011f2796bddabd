using System.Diagnostics;

namespace SwarmPS.EndToEnd;

/// <summary>A script that the real <c>swarmps</c> runs, as a user's would be.</summary>
internal static class ShellScript
{
    /// <summary>Runs a script to its end and gives the lines it printed; fails the test where it ends badly.</summary>
    public static async Task<List<string>> RunAsync(string script)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".ps1");
        await File.WriteAllTextAsync(file, "$ErrorActionPreference = 'Stop'\n" + script);
        try
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "swarmps"), ["-File", file])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["SWARMPS_MODULE"] = Path.Combine(AppContext.BaseDirectory, "SwarmPS.psd1") },
            };
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
            Assert.True(process.ExitCode == 0, $"The script ended with {process.ExitCode}:\n{await output}{await error}");
            return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        }
        finally
        {
            File.Delete(file);
        }
    }
}
