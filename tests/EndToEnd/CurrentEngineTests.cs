namespace SwarmPS.EndToEnd;

/// <summary>The docker client's main job on a node whose engine refuses and answers as Docker 29 does.</summary>
public sealed class CurrentEngineTests(EngineFixture engine) : IAsyncLifetime
{
    private EngineShim shim = null!;
    private DaemonProcess daemon = null!;
    private DockerClient docker = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        shim = new(Path.Combine(engine.Folder, "current.sock"), () => engine.Socket);
        daemon = new(shim.Socket);
        docker = new(daemon.Address);
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (daemon is not null)
            await daemon.DisposeAsync();
        if (shim is not null)
            await shim.DisposeAsync();
    }

    [Fact]
    public async Task Service_IsCreatedUpdatedReadAndRemoved_AndStreamsPassThrough()
    {
        Assert.Contains("converged", await docker.RunAsync("service", "create", "--name", "web", "--replicas", "2", "--env", "WHO=world", "--stop-grace-period", "1s",
            "--health-cmd", "true", "--health-interval", "1s", "--health-start-interval", "500ms", engine.Image, "sh", "-c", "echo hello $WHO; sleep 3600"));
        Assert.Contains("2/2", await docker.RunAsync("service", "ls"));
        Assert.Contains("hello world", await docker.RunAsync("service", "logs", "web"));
        Assert.Contains("converged", await docker.RunAsync("service", "update", "--env-add", "WHO=moon", "--update-parallelism", "0", "--update-monitor", "500ms", "web"));
        Assert.Contains("hello moon", await docker.RunAsync("service", "logs", "web"));
        var killed = (await docker.RunAsync("ps", "-q")).Split('\n')[0];
        await docker.RunAsync("kill", killed);
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "ls")).Contains("2/2") && !(await docker.RunAsync("ps", "-q")).Contains(killed), () => "the killed container to be replaced");
        Assert.Contains("29.0.0", await docker.RunAsync("node", "inspect", "self", "--pretty"));
        await docker.RunAsync("service", "rm", "web");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("ps", "-aq")).Trim().Length == 0, () => "the containers to go");

        Assert.Equal("through\n", (await docker.TryAsync("through\n", "run", "--rm", "-i", engine.Image, "cat")).Output);
        await docker.RunAsync("run", "-d", "--name", "pipe", engine.Image, "sleep", "3600");
        Assert.Equal("both ways\n", (await docker.TryAsync("both ways\n", "exec", "-i", "pipe", "cat")).Output);
        await docker.RunAsync("rm", "-f", "pipe");
    }
}
