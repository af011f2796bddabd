namespace SwarmPS.Daemon.Tests.Api;

public sealed class SystemTests
{
    [Theory]
    [InlineData("/_ping", "GET", "OK")]
    [InlineData("/v1.41/_ping", "GET", "OK")]
    [InlineData("/_ping", "HEAD", "")]
    public async Task Ping_SaysWhereTheNodeStands_WithOrWithoutVersion(string path, string method, string body)
    {
        await using var engine = FakeEngine.Of((_, _, _) => Task.CompletedTask);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        using var answer = await api.Client.SendAsync(new(new(method), path), api.Stop);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync(api.Stop));
        string Header(string name) => string.Join(",", answer.Headers.GetValues(name));
        Assert.Equal(("1.41", "linux", "false", "1", "active/manager"), (Header("Api-Version"), Header("Ostype"), Header("Docker-Experimental"), Header("Builder-Version"), Header("Swarm")));
        Assert.StartsWith("SwarmPS/", Header("Server"));
    }

    [Fact]
    public async Task Version_IsTheLowerOfOursAndTheEngines()
    {
        await using var older = FakeEngine.Of((_, _, _) => Task.CompletedTask);
        await using var first = await ApiHarness.StartAsync(engine: older.Socket);
        var version = await first.OkAsync("GET", "/version");
        Assert.Equal(("1.41", "1.24", "20.10"), ((string?)version!["ApiVersion"], (string?)version["MinAPIVersion"], (string?)version["Version"]));
        Assert.Equal(["Engine", "SwarmPS"], version["Components"]!.Select(part => (string?)part["Name"]));

        await using var newer = FakeEngine.Of((_, _, _) => Task.CompletedTask, api: "1.99");
        await using var second = await ApiHarness.StartAsync(engine: newer.Socket);
        Assert.Equal("1.51", (string?)(await second.OkAsync("GET", "/version"))!["ApiVersion"]);
    }

    [Theory]
    [InlineData("/v1.42/nodes", "client version 1.42 is too new. Maximum supported API version is 1.41")]
    [InlineData("/v1.10/nodes", "client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("/v1.42/containers/json", "client version 1.42 is too new. Maximum supported API version is 1.41")]
    public async Task VersionOutsideOurs_IsRefused_AsDockerDoes(string path, string message)
    {
        await using var engine = FakeEngine.Of((_, _, _) => Task.CompletedTask);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        Assert.Equal(message, await api.RefusedAsync(400, "GET", path));
    }

    [Fact]
    public async Task Info_IsTheEngines_WithOurSwarmInIt()
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 200, """{"ID":"E","Containers":3,"Swarm":{"LocalNodeState":"inactive"}}"""));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var info = await api.OkAsync("GET", "/v1.41/info");
        Assert.Equal(3, (int)info!["Containers"]!);
        var swarm = info["Swarm"]!;
        Assert.Equal((FakeMembership.NodeId, "10.0.0.1", "active", true, 1, 1), ((string?)swarm["NodeID"], (string?)swarm["NodeAddr"], (string?)swarm["LocalNodeState"], (bool)swarm["ControlAvailable"]!, (int)swarm["Nodes"]!, (int)swarm["Managers"]!));
        Assert.Equal("10.0.0.1:2377", (string?)swarm["RemoteManagers"]![0]!["Addr"]);
        Assert.Equal("swarm1aaaaaaaaaaaaaaaaaaa", (string?)swarm["Cluster"]!["ID"]);
        Assert.DoesNotContain("SWMTKN", info.ToString());
    }

    [Fact]
    public async Task WithoutSwarm_InfoSaysInactive()
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 200, "{}"));
        await using var api = await ApiHarness.StartAsync(swarm: false, engine: engine.Socket);
        var swarm = (await api.OkAsync("GET", "/info"))!["Swarm"]!;
        Assert.Equal(("inactive", false, ""), ((string?)swarm["LocalNodeState"], (bool)swarm["ControlAvailable"]!, (string?)swarm["NodeID"]));
        Assert.Null(swarm["Cluster"]);
    }

    [Fact]
    public async Task EngineThatHangs_HoldsUpNothingOfOurs()
    {
        var never = new TaskCompletionSource();
        await using var engine = new FakeEngine((_, _, _) => never.Task);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        await api.OkAsync("GET", "/nodes");
        Assert.Contains("no answer within 3 s", (string?)(await api.OkAsync("GET", "/info"))!["Warnings"]![0]);
        never.SetResult();
    }

    [Fact]
    public async Task WithoutEngine_WePingAndTellOfTheSwarm_AndSayWhatIsMissing()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("GET", "/_ping");
        var info = await api.OkAsync("GET", "/info");
        Assert.Equal("active", (string?)info!["Swarm"]!["LocalNodeState"]);
        Assert.Contains(api.Options.EngineSocket, (string?)info["Warnings"]![0]);
        var message = await api.RefusedAsync(503, "GET", "/containers/json");
        Assert.Contains("Cannot reach the container engine at unix://" + api.Options.EngineSocket, message);
        Assert.Contains("--engine", message);
    }
}
