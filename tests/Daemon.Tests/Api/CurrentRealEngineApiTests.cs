using System.Diagnostics;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>The docker client through the API, with engines whose versions the client does not share.</summary>
[Collection(EngineCollection.Name)]
public sealed class CurrentRealEngineApiTests : IAsyncDisposable
{
    private readonly EngineFixture engine;
    private readonly EngineShim shim;

    public CurrentRealEngineApiTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        this.engine = engine;
        shim = new(Path.Combine(engine.Folder, Path.GetRandomFileName()), () => engine.Socket);
    }

    public ValueTask DisposeAsync() => shim.DisposeAsync();

    [Theory]
    [InlineData(true, "1.41", "/v1.44/")]
    [InlineData(true, "1.50", "/v1.50/")]
    [InlineData(false, "1.50", null)]
    public async Task DockerClient_RunsReadsAndRemovesContainers(bool isCurrent, string client, string? reached)
    {
        await using var api = await ApiHarness.StartAsync(engine: isCurrent ? shim.Socket : engine.Socket);
        Task<string> DockerAsync(string? input, params string[] arguments) => RunAsync(api.Socket, client, input, arguments);
        var name = "c" + Guid.NewGuid().ToString("N")[..8];
        Assert.Equal("through\n", await DockerAsync("through\n", "run", "--rm", "-i", engine.Image, "cat"));
        await DockerAsync(null, "run", "-d", "--name", name, engine.Image, "sleep", "1000");
        Assert.Equal("both ways\n", await DockerAsync("both ways\n", "exec", "-i", name, "cat"));
        Assert.Contains(name, await DockerAsync(null, "ps", "--format", "{{.Names}}"));
        Assert.Contains("Swarm: active", await DockerAsync(null, "info"));
        Assert.Contains(isCurrent ? "29.0.0" : "20.10", await DockerAsync(null, "version"));
        Assert.Contains("swarmps/test", await DockerAsync(null, "image", "ls"));
        await DockerAsync(null, "rm", "-f", name);
        var events = await DockerAsync(null, "events", "--since", "60s", "--until", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}", "--filter", $"container={name}", "--format", "{{.Action}}");
        Assert.Contains("destroy", events);
        if (reached is not null)
            Assert.Contains(shim.Requests, request => request.StartsWith($"POST {reached}containers/create", StringComparison.Ordinal));
    }

    private static async Task<string> RunAsync(string socket, string version, string? input, string[] arguments)
    {
        var start = new ProcessStartInfo("docker", ["-H", "unix://" + socket, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_API_VERSION"] = version;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"docker {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error} {output}");
        return output;
    }
}
