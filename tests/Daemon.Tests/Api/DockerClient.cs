using System.Diagnostics;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>The real docker client.</summary>
internal static class DockerClient
{
    /// <summary>Runs it against a socket; gives what it wrote, both streams, the output first.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string socket, string? input, CancellationToken stop, params string[] arguments)
    {
        using var docker = Process.Start(new ProcessStartInfo("docker", ["-H", $"unix://{socket}", .. arguments])
        {
            Environment = { ["DOCKER_BUILDKIT"] = "0" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var written = Task.WhenAll(docker.StandardOutput.ReadToEndAsync(stop), docker.StandardError.ReadToEndAsync(stop));
        if (input is not null)
            await docker.StandardInput.WriteAsync(input);
        docker.StandardInput.Close();
        try
        {
            await docker.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            docker.Kill();
            throw new TimeoutException($"docker {string.Join(' ', arguments)} did not end in time");
        }
        return (docker.ExitCode, string.Concat(await written));
    }

    /// <summary>Runs it, which must succeed, and gives what it wrote.</summary>
    public static async Task<string> OkAsync(ApiHarness api, string? input, params string[] arguments)
    {
        var (code, output) = await RunAsync(api.Socket, input, api.Stop, arguments);
        Assert.True(code == 0, $"docker {string.Join(' ', arguments)}: {code}: {output}");
        return output;
    }
}
