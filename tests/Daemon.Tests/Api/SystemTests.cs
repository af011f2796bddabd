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
        Assert.Equal(("1.56", "linux", "false", "1", "active/manager"), (Header("Api-Version"), Header("Ostype"), Header("Docker-Experimental"), Header("Builder-Version"), Header("Swarm")));
        Assert.StartsWith("SwarmPS/", Header("Server"));
    }

    [Theory]
    [InlineData("1.41", "1.12")]
    [InlineData("1.52", "1.44")]
    [InlineData("1.99", "1.60")]
    public async Task Version_IsOurs_WhateverTheEngines(string newest, string oldest)
    {
        await using var engine = FakeEngine.Of((_, _, _) => Task.CompletedTask, newest, oldest);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var version = await api.OkAsync("GET", "/version");
        Assert.Equal(("1.56", "1.24", "20.10"), ((string?)version!["ApiVersion"], (string?)version["MinAPIVersion"], (string?)version["Version"]));
        Assert.Equal(["Engine", "SwarmPS"], version["Components"]!.Select(part => (string?)part["Name"]));
        foreach (var asked in (string[])["1.24", "1.41", "1.56"])
            await api.OkAsync("GET", $"/v{asked}/nodes");
    }

    [Theory]
    [InlineData("/v1.57/nodes", "client version 1.57 is too new. Maximum supported API version is 1.56 (swarmpsd ", "DOCKER_API_VERSION=1.56")]
    [InlineData("/v1.10/nodes", "client version 1.10 is too old. Minimum supported API version is 1.24 (swarmpsd ", "please upgrade your client to a newer version")]
    [InlineData("/v1.57/containers/json", "client version 1.57 is too new. Maximum supported API version is 1.56 (swarmpsd ", "or upgrade SwarmPS")]
    public async Task VersionOutsideOurs_IsRefused_AndTheMessageSaysWhoseLimitItIs(string path, string message, string todo)
    {
        await using var engine = FakeEngine.Of((_, _, _) => Task.CompletedTask);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var refused = await api.RefusedAsync(400, "GET", path);
        Assert.StartsWith(message, refused);
        Assert.Contains(todo, refused);
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
