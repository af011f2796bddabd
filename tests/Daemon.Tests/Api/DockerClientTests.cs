namespace SwarmPS.Daemon.Tests.Api;

/// <summary>The real docker client, through our socket, to a real engine.</summary>
public sealed class DockerClientTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task Exec_GetsItsAnswer_AfterItsInputHasEnded()
    {
        await using var api = await StartAsync();
        await DockerClient.OkAsync(api, null, "run", "-d", "--name", "api-cat", "--network", "none", engine.Image, "sleep", "60");
        Assert.Equal("hi\n", await DockerClient.OkAsync(api, "hi\n", "exec", "-i", "api-cat", "cat"));
        Assert.Equal("there\n", await DockerClient.OkAsync(api, null, "exec", "api-cat", "echo", "there"));
        await DockerClient.OkAsync(api, null, "rm", "-f", "api-cat");
    }

    [Fact]
    public async Task Run_PipesInputThrough_AndEndsWithTheContainer()
    {
        await using var api = await StartAsync();
        var text = string.Join('\n', Enumerable.Range(0, 20_000)) + "\n";
        Assert.Equal(text, await DockerClient.OkAsync(api, text, "run", "-i", "--rm", "--network", "none", engine.Image, "cat"));
    }

    [Fact]
    public async Task Logs_AreFollowed_UntilTheContainerEnds()
    {
        await using var api = await StartAsync();
        await DockerClient.OkAsync(api, null, "run", "-d", "--name", "api-talk", "--network", "none", engine.Image, "sh", "-c", "echo one; sleep 1; echo two");
        Assert.Equal("one\ntwo\n", await DockerClient.OkAsync(api, null, "logs", "-f", "api-talk"));
        await DockerClient.OkAsync(api, null, "rm", "api-talk");
    }

    [Fact]
    public async Task Image_IsSavedLoadedAndBuilt()
    {
        await using var api = await StartAsync();
        var folder = Directory.CreateTempSubdirectory("swarmps-img-").FullName;
        try
        {
            await DockerClient.OkAsync(api, null, "save", "-o", folder + "/i.tar", engine.Image);
            Assert.Contains("Loaded image: " + engine.Image, await DockerClient.OkAsync(api, null, "load", "-i", folder + "/i.tar"));
            await File.WriteAllTextAsync(folder + "/Dockerfile", $"FROM {engine.Image}\nRUN echo built > /x\nCMD cat /x\n", api.Stop);
            await DockerClient.OkAsync(api, null, "build", "--network", "none", "-t", "api-built", folder);
            Assert.Equal("built\n", await DockerClient.OkAsync(api, null, "run", "--rm", "--network", "none", "api-built"));
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
        var text = await DockerClient.OkAsync(api, null, "version");
        Assert.Contains("SwarmPS:", text);
        Assert.Contains("Engine:", text);
        Assert.Contains("Swarm: inactive", await DockerClient.OkAsync(api, null, "info"));
    }

    private async Task<ApiHarness> StartAsync()
    {
        engine.SkipUnlessUsable();
        return await ApiHarness.StartAsync(swarm: false, engine: engine.Socket);
    }
}
