using System.Diagnostics;

namespace SwarmPS.EndToEnd;

/// <summary>What a command printed and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>What was printed, in the order of the streams.</summary>
    public string All => Output + Error;
}

/// <summary>The real <c>docker</c> client, talking to one socket.</summary>
internal sealed class DockerClient(string address)
{
    /// <summary>Runs a command; fails the test where it ends badly.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var result = await TryAsync(null, arguments);
        Assert.True(result.ExitCode == 0, $"docker {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.All}");
        return result.Output;
    }

    /// <summary>Runs a command and tells how it ended.</summary>
    public async Task<CommandResult> TryAsync(string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", ["-H", address, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"docker {string.Join(' ', arguments)} did not end; it printed:\n{await output}{await error}");
        }
        return new(process.ExitCode, await output, await error);
    }
}
