using SwarmPS.TestKit;

namespace SwarmPS.EndToEnd;

/// <summary>The main job through the real <c>docker</c> client.</summary>
public sealed class DockerClientTests(EngineFixture engine) : IAsyncLifetime
{
    private DaemonProcess daemon = null!;
    private DockerClient docker = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        daemon = new(engine.Socket);
        docker = new(daemon.Address);
        await daemon.StartAsync();
        await docker.RunAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", $"127.0.0.1:{FreePorts.Pair()}");
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task Service_IsCreatedScaledUpdatedAndRemoved_EachEndingInConverged()
    {
        var created = await docker.RunAsync("service", "create", "--name", "web", "--replicas", "3", "--env", "WHO=world",
            "--health-cmd", "true", "--health-interval", "1s", "--stop-grace-period", "1s", engine.Image, "sh", "-c", "echo hello $WHO; sleep 3600");
        Assert.Contains("converged", created);
        Assert.Contains("3/3", await docker.RunAsync("service", "ls"));
        Assert.Equal(3, (await docker.RunAsync("service", "ps", "--filter", "desired-state=running", "-q", "web")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("hello world", await docker.RunAsync("service", "logs", "web"));

        Assert.Contains("converged", await docker.RunAsync("service", "scale", "web=5"));
        Assert.Contains("5/5", await docker.RunAsync("service", "ls"));

        Assert.Contains("converged", await docker.RunAsync("service", "update", "--env-add", "WHO=moon", "--update-parallelism", "0", "--update-monitor", "1s", "web"));
        Assert.Contains("hello moon", await docker.RunAsync("service", "logs", "web"));

        await docker.RunAsync("service", "rm", "web");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("ps", "-aq")).Trim() == "", () => "the service's containers to go");
        Assert.Empty((await docker.RunAsync("service", "ls", "-q")).Trim());
    }

    [Fact]
    public async Task Jobs_RunToTheirEnd_AndAgainWhenForced()
    {
        Assert.Contains("job complete", await docker.RunAsync("service", "create", "--name", "batch", "--mode", "replicated-job", "--replicas", "3", "--max-concurrent", "2", engine.Image, "true"));
        Assert.Matches(@"batch +replicated job +0/0 \(3/3 completed\)", await docker.RunAsync("service", "ls"));
        Assert.Equal(3, (await docker.RunAsync("service", "ps", "--format", "{{.DesiredState}} {{.CurrentState}}", "batch")).Split('\n').Count(line => line.StartsWith("Complete Complete", StringComparison.Ordinal)));
        Assert.Contains("job complete", await docker.RunAsync("service", "update", "--force", "batch"));
        Assert.Equal(3, (await docker.RunAsync("service", "ps", "-q", "batch")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("job complete", await docker.RunAsync("service", "create", "--name", "each", "--mode", "global-job", engine.Image, "true"));
        Assert.Matches(@"each +global job +0/0 \(1/1 completed\)", await docker.RunAsync("service", "ls"));
    }

    [Fact]
    public async Task NodeAndInfo_TellOfOneReadyLeader()
    {
        await Eventually.TrueAsync(async () => (await docker.RunAsync("node", "ls")).Contains("Ready"), () => "the node to be ready");
        Assert.Matches("Ready +Active +Leader", await docker.RunAsync("node", "ls"));
        Assert.Contains("Swarm: active", await docker.RunAsync("info"));
        Assert.Contains("e2e", await docker.RunAsync("node", "inspect", "self", "--pretty"));
    }

    [Fact]
    public async Task KilledContainer_IsReplaced()
    {
        await docker.RunAsync("service", "create", "--name", "one", "--restart-delay", "100ms", "--stop-grace-period", "1s", engine.Image, "sleep", "3600");
        var first = (await docker.RunAsync("ps", "-q")).Trim();
        await docker.RunAsync("kill", first);
        await Eventually.TrueAsync(async () => (await docker.RunAsync("ps", "-q")).Trim() is { Length: > 0 } now && now != first, () => "a new container");
        Assert.Contains("Failed", await docker.RunAsync("service", "ps", "one"));
        Assert.Contains("non-zero exit (137)", await docker.RunAsync("service", "ps", "--no-trunc", "one"));
    }

    [Fact]
    public async Task UnknownImage_IsSaidInTheTask_AndNothingRuns()
    {
        await docker.RunAsync("service", "create", "--detach", "--name", "lost", "--restart-condition", "none", "no/such/image:1");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "ps", "--no-trunc", "lost")).Contains("No such image: no/such/image:1"), () => "the task to say that there is no such image");
        Assert.Contains("0/1", await docker.RunAsync("service", "ls"));
    }

    [Theory]
    [InlineData("twice", "already exists")]
    [InlineData("_wrong", "name must be valid as a DNS name component")]
    public async Task BadName_IsRefused(string name, string expected)
    {
        await docker.RunAsync("service", "create", "--detach", "--name", "twice", engine.Image, "sleep", "3600");
        var refused = await docker.TryAsync(null, "service", "create", "--detach", "--name", name, engine.Image);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(expected, refused.Error);
    }

    [Fact]
    public async Task StreamsPassThrough_InBothDirections()
    {
        Assert.Equal("through\n", (await docker.TryAsync("through\n", "run", "--rm", "-i", engine.Image, "cat")).Output);
        await docker.RunAsync("run", "-d", "--name", "pipe", engine.Image, "sleep", "3600");
        Assert.Equal("both ways\n", (await docker.TryAsync("both ways\n", "exec", "-i", "pipe", "cat")).Output);
        await docker.RunAsync("rm", "-f", "pipe");
    }

    [Fact]
    public async Task PendingTask_SaysWhy()
    {
        await docker.RunAsync("service", "create", "--detach", "--name", "huge", "--reserve-memory", "900g", engine.Image, "sleep", "3600");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "ps", "--no-trunc", "huge")).Contains("no suitable node"), () => "the task to say why it waits");
    }
}
