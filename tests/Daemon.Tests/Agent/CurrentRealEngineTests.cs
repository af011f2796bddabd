using System.Text;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>The agent with an engine that refuses and answers as Docker 29 does.</summary>
[Collection(EngineCollection.Name)]
public sealed class CurrentRealEngineTests : IAsyncDisposable
{
    private readonly EngineFixture engine;
    private readonly EngineShim shim;
    private readonly RealAgent agent;
    private readonly CancellationTokenSource late = new(TimeSpan.FromSeconds(60));

    public CurrentRealEngineTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        this.engine = engine;
        shim = new(Path.Combine(engine.Folder, Path.GetRandomFileName()), () => engine.Socket);
        agent = new(engine, shim.Socket);
    }

    public async ValueTask DisposeAsync()
    {
        await agent.DisposeAsync();
        await shim.DisposeAsync();
        late.Dispose();
    }

    [Fact]
    public async Task Node_IsDescribed()
    {
        await agent.StartAsync();
        var said = agent.Dispatcher.Sessions[0];
        Assert.Equal(("29.0.0", "linux"), (said.Engine!.EngineVersion, said.Platform!.OS));
        Assert.Contains(new EnginePlugin("Network", "bridge"), said.Engine.Plugins!);
    }

    [Fact]
    public async Task Task_Runs_BecomesHealthy_IsRead_AndItsEndIsNoticed()
    {
        var task = agent.Shell("touch /tmp/well; echo up; echo down >&2; read line < /tmp/end; exit 3").WithFifo();
        var spec = task.Spec.ContainerSpec! with { Healthcheck = new() { Test = ["CMD", "test", "-e", "/tmp/well"], Interval = TimeSpan.FromMilliseconds(100), StartInterval = TimeSpan.FromMilliseconds(50) } };
        await agent.StartAsync(task with { Spec = task.Spec with { ContainerSpec = spec } });
        await agent.ReachesAsync(TaskState.Running);
        Assert.Equal(["E:down", "up"], (await agent.LogsAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        await agent.LetEndAsync();
        var ended = await agent.ReachesAsync(TaskState.Failed);
        Assert.Equal(("task: non-zero exit (3)", 3), (ended.Err, ended.ContainerStatus!.ExitCode));
        // None named a version: the engine's minimum does not concern the agent.
        Assert.NotEmpty(shim.Requests);
        Assert.DoesNotContain(shim.Requests, request => request.Contains("/v1.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_HasItsStreams_InBothDirections()
    {
        await agent.StartAsync(agent.Shell("sleep 1000"));
        var id = (await agent.ReachesAsync(TaskState.Running)).ContainerStatus!.ContainerId!;
        await using var process = await agent.Engine.StartProcessAsync(id, new() { Cmd = ["cat"], AttachStdin = true }, late.Token);
        await process.WriteAsync(Encoding.ASCII.GetBytes("both ways\n"), late.Token);
        await process.EndInputAsync(late.Token);
        var output = new StringBuilder();
        await foreach (var piece in process.ReadAsync(late.Token))
            output.Append(Encoding.ASCII.GetString(piece.Data.Span));
        Assert.Equal("both ways\n", output.ToString());
        Assert.Equal(0, await process.ExitCodeAsync(late.Token));
    }

    [Fact]
    public async Task FailedPull_SaysWhy_ByErrorDetailAlone()
    {
        var failure = await Assert.ThrowsAsync<EngineException>(() => agent.Engine.PullImageAsync("127.0.0.1:1/none/such:1", null, late.Token));
        Assert.Contains("127.0.0.1:1", failure.Message);
    }

    [Fact]
    public async Task Container_HasNoAddressOfItsOwn_ButThoseOfItsNetworks()
    {
        await agent.StartAsync(agent.Shell("sleep 1000"));
        var id = (await agent.ReachesAsync(TaskState.Running)).ContainerStatus!.ContainerId!;
        var (old, current) = (await RawAsync(engine.Socket, $"/containers/{id}/json"), await RawAsync(shim.Socket, $"/containers/{id}/json"));
        Assert.NotNull(old["NetworkSettings"]!["IPAddress"]);
        Assert.Null(current["NetworkSettings"]!["IPAddress"]);
        Assert.Equal([id[..12]], current["NetworkSettings"]!["Networks"]!["bridge"]!["DNSNames"]!.Select(name => (string?)name));
        Assert.Equal(
            "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
            (string?)(await RawAsync(shim.Socket, "/v1.41/info"))["message"]);
    }

    [Fact]
    public async Task NetworkWithBitsOfHosts_IsRefused_AndThatOfTheSwarmsSubnetIsMade()
    {
        EngineNetwork wanted = new("swp91", "net91", "10.91.0.0/24", "10.91.0.2", 1450, Internal: false);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => agent.Engine.CreateNetworkAsync(agent.Swarm, wanted with { Subnet = "10.91.0.7/24" }, late.Token));
        Assert.Contains("invalid subnet 10.91.0.7/24: it should be 10.91.0.0/24", refusal.Message);
        await agent.Engine.CreateNetworkAsync(agent.Swarm, wanted, late.Token);
        var (id, made) = Assert.Single(await agent.Engine.ListNetworksAsync(agent.Swarm, late.Token));
        Assert.Equal(wanted, made);
        await agent.Engine.RemoveNetworkAsync(id, late.Token);
        Assert.Empty(await agent.Engine.ListNetworksAsync(agent.Swarm, late.Token));
    }

    private async Task<Newtonsoft.Json.Linq.JObject> RawAsync(string socket, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var open = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await open.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket), stop);
                return new System.Net.Sockets.NetworkStream(open, ownsSocket: true);
            },
        });
        using var answer = await http.GetAsync(new Uri("http://engine" + path), late.Token);
        return Newtonsoft.Json.Linq.JObject.Parse(await answer.Content.ReadAsStringAsync(late.Token));
    }
}
