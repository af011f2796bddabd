using System.Diagnostics;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>The real docker client, through our socket, to a real engine.</summary>
public sealed class DockerClientTests(RealEngine engine) : IClassFixture<RealEngine>
{
    [Fact]
    public async Task Exec_GetsItsAnswer_AfterItsInputHasEnded()
    {
        await using var api = await StartAsync();
        await DockerAsync(api, null, "run", "-d", "--name", "cat", "--network", "none", RealEngine.Image, "sleep", "60");
        Assert.Equal("hi\n", await DockerAsync(api, "hi\n", "exec", "-i", "cat", "cat"));
        Assert.Equal("there\n", await DockerAsync(api, null, "exec", "cat", "echo", "there"));
        await DockerAsync(api, null, "rm", "-f", "cat");
    }

    [Fact]
    public async Task Run_PipesInputThrough_AndEndsWithTheContainer()
    {
        await using var api = await StartAsync();
        var text = string.Join('\n', Enumerable.Range(0, 20_000)) + "\n";
        Assert.Equal(text, await DockerAsync(api, text, "run", "-i", "--rm", "--network", "none", RealEngine.Image, "cat"));
    }

    [Fact]
    public async Task Logs_AreFollowed_UntilTheContainerEnds()
    {
        await using var api = await StartAsync();
        await DockerAsync(api, null, "run", "-d", "--name", "talk", "--network", "none", RealEngine.Image, "sh", "-c", "echo one; sleep 1; echo two");
        Assert.Equal("one\ntwo\n", await DockerAsync(api, null, "logs", "-f", "talk"));
        await DockerAsync(api, null, "rm", "talk");
    }

    [Fact]
    public async Task Image_IsSavedLoadedAndBuilt()
    {
        await using var api = await StartAsync();
        var folder = Directory.CreateTempSubdirectory("swarmps-img-").FullName;
        try
        {
            await DockerAsync(api, null, "save", "-o", folder + "/i.tar", RealEngine.Image);
            Assert.Contains("Loaded image: " + RealEngine.Image, await DockerAsync(api, null, "load", "-i", folder + "/i.tar"));
            await File.WriteAllTextAsync(folder + "/Dockerfile", $"FROM {RealEngine.Image}\nRUN echo built > /x\nCMD cat /x\n", api.Stop);
            await BuildAsync(api, folder);
            Assert.Equal("built\n", await DockerAsync(api, null, "run", "--rm", "--network", "none", "built"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Version_NamesBothEngineAndUs()
    {
        await using var api = await StartAsync();
        var text = await DockerAsync(api, null, "version");
        Assert.Contains("SwarmPS:", text);
        Assert.Contains("Engine:", text);
        Assert.Contains("Swarm: inactive", await DockerAsync(api, null, "info"));
    }

    private static async Task BuildAsync(ApiHarness api, string folder)
    {
        // Without a builder plugin the client uses the engine's old builder, by a plain streamed request.
        using var build = Process.Start(new ProcessStartInfo("docker", ["-H", $"unix://{api.Socket}", "build", "--network", "none", "-t", "built", folder])
        {
            Environment = { ["DOCKER_BUILDKIT"] = "0" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var written = Task.WhenAll(build.StandardOutput.ReadToEndAsync(api.Stop), build.StandardError.ReadToEndAsync(api.Stop));
        await build.WaitForExitAsync(api.Stop);
        Assert.True(build.ExitCode == 0, string.Concat(await written));
    }

    private static async Task<string> DockerAsync(ApiHarness api, string? input, params string[] arguments)
    {
        var (code, output) = await RealEngine.DockerAsync(api.Socket, input, api.Stop, arguments);
        Assert.True(code == 0, $"docker {string.Join(' ', arguments)}: {code}: {output}");
        return output;
    }

    private async Task<ApiHarness> StartAsync()
    {
        Assert.SkipWhen(engine.Missing is not null, engine.Missing ?? "");
        return await ApiHarness.StartAsync(swarm: false, engine: engine.Socket);
    }
}
