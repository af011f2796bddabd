using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class SwarmTests
{
    [Theory]
    [InlineData("GET", "/swarm")]
    [InlineData("POST", "/swarm/update?version=1")]
    [InlineData("GET", "/services")]
    [InlineData("POST", "/services/create")]
    [InlineData("GET", "/services/x")]
    [InlineData("GET", "/services/x/logs?stdout=1")]
    [InlineData("DELETE", "/services/x")]
    [InlineData("GET", "/nodes")]
    [InlineData("GET", "/tasks")]
    [InlineData("GET", "/tasks/x")]
    public async Task OutsideASwarm_EverythingOfASwarm_Is503(string method, string path)
    {
        await using var api = await ApiHarness.StartAsync(swarm: false);
        Assert.StartsWith("This node is not a swarm manager. Use \"docker swarm init\"", await api.RefusedAsync(503, method, path));
    }

    [Fact]
    public async Task EachStanding_HasItsOwnWords()
    {
        await using var api = await ApiHarness.StartAsync(swarm: false);
        api.Membership.State = LocalNodeState.Locked;
        Assert.Contains("Swarm is encrypted", await api.RefusedAsync(503, "GET", "/nodes"));
        (api.Membership.State, api.Membership.Error) = (LocalNodeState.Error, "the disk is full");
        Assert.Contains("the disk is full", await api.RefusedAsync(503, "GET", "/nodes"));
        api.Membership.State = LocalNodeState.Active;
        Assert.Contains("Worker nodes can't be used", await api.RefusedAsync(503, "GET", "/nodes"));
    }

    [Fact]
    public async Task Init_GivesTheNodesId_AndPassesEverythingOn()
    {
        await using var api = await ApiHarness.StartAsync(swarm: false);
        var id = await api.OkAsync("POST", "/swarm/init", """{"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.0.0.1","DataPathPort":5000,"SubnetSize":24,"DefaultAddrPool":["10.20.0.0/16"],"Availability":"drain","Spec":{"Orchestration":{"TaskHistoryRetentionLimit":7}}}""");
        Assert.Equal(FakeMembership.NodeId, (string?)id);
        var request = api.Membership.Initialized!;
        Assert.Equal(("0.0.0.0:2377", "10.0.0.1", 5000u, 24u, NodeAvailability.Drain, 7L), (request.ListenAddr, request.AdvertiseAddr, request.DataPathPort, request.SubnetSize, request.Availability, request.Spec!.Orchestration!.TaskHistoryRetentionLimit));
        Assert.Contains("already part of a swarm", await api.RefusedAsync(503, "POST", "/swarm/init", "{}"));
    }

    [Theory]
    [InlineData("""{"DataPathPort":80}""", "DataPathPort: 80 is not between 1024 and 49151", 400)]
    [InlineData("""{"SubnetSize":30}""", "29 at most", 400)]
    [InlineData("""{"DefaultAddrPool":["10.0.0.0"]}""", "is not a range of addresses", 400)]
    [InlineData("""{"DefaultAddrPool":["10.0.0.0/28"],"SubnetSize":24}""", "10.0.0.0/28 is smaller than one subnet", 400)]
    [InlineData("""{"Availability":"away"}""", "'away' at Availability is none of: active, pause, drain", 400)]
    [InlineData("""{"Spec":""", "invalid JSON in the body", 400)]
    public async Task WrongInit_IsRefused_AndNothingIsMade(string body, string message, int status)
    {
        await using var api = await ApiHarness.StartAsync(swarm: false);
        Assert.Contains(message, await api.RefusedAsync(status, "POST", "/swarm/init", body));
        Assert.Null(api.Membership.Initialized);
    }

    [Fact]
    public async Task Update_NeedsTheLastVersion_AndKeepsWhatIsNotNamed()
    {
        await using var api = await ApiHarness.StartAsync();
        var version = (int)(await api.OkAsync("GET", "/swarm"))!["Version"]!["Index"]!;
        Assert.Contains("invalid swarm version ''", await api.RefusedAsync(400, "POST", "/swarm/update", "{}"));
        Assert.Equal(SwarmException.OutOfSequenceText, await api.RefusedAsync(500, "POST", $"/swarm/update?version={version + 1}", "{}"));
        await api.OkAsync("POST", $"/swarm/update?version={version}&rotateWorkerToken=1", """{"Name":"default","Labels":{"a":"b"},"Dispatcher":{"HeartbeatPeriod":7000000000}}""");
        var swarm = await api.OkAsync("GET", "/swarm");
        Assert.Equal(("b", 7000000000L, "SWMTKN-1-m"), ((string?)swarm!["Spec"]!["Labels"]!["a"], (long)swarm["Spec"]!["Dispatcher"]!["HeartbeatPeriod"]!, (string?)swarm["JoinTokens"]!["Manager"]));
        Assert.NotEqual("SWMTKN-1-w", (string?)swarm["JoinTokens"]!["Worker"]);
        await api.OkAsync("POST", $"/swarm/update?version={swarm["Version"]!["Index"]}", """{"Orchestration":{"TaskHistoryRetentionLimit":2}}""");
        Assert.Equal("b", (string?)(await api.OkAsync("GET", "/swarm"))!["Spec"]!["Labels"]!["a"]);
        Assert.Contains("59", (await api.RefusedAsync(400, "POST", "/swarm/update?version=59x", "{}")));
    }

    [Fact]
    public async Task Leave_NeedsForceOnAManager()
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains("participating as a manager", await api.RefusedAsync(503, "POST", "/swarm/leave"));
        await api.OkAsync("POST", "/swarm/leave?force=1");
        Assert.Equal("This node is not part of a swarm", await api.RefusedAsync(503, "POST", "/swarm/leave?force=1"));
    }

    [Fact]
    public async Task Join_ReadsTheRequestAsDockerSendsIt_AndNotInASwarm()
    {
        await using var api = await ApiHarness.StartAsync(swarm: false);
        await api.OkAsync("POST", "/swarm/join", """{"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"","DataPathAddr":"","RemoteAddrs":["10.0.0.1:2377"],"JoinToken":"SWMTKN-1-a-b","Availability":"drain"}""");
        var joined = api.Membership.Joined!;
        Assert.Equal(("10.0.0.1:2377", "SWMTKN-1-a-b", NodeAvailability.Drain), (Assert.Single(joined.RemoteAddrs!), joined.JoinToken, joined.Availability));
        await api.OkAsync("POST", "/swarm/init", "{}");
        Assert.StartsWith("This node is already part of a swarm", await api.RefusedAsync(503, "POST", "/swarm/join", "{}"));
    }

    [Fact]
    public async Task Autolock_MakesAKey_WhichIsShownByItsOwnPathAlone_AndRotated()
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Equal("", (string?)(await api.OkAsync("GET", "/swarm/unlockkey"))!["UnlockKey"]);
        await UpdateAsync(api, """{"EncryptionConfig":{"AutoLockManagers":true}}""");
        var key = (string)(await api.OkAsync("GET", "/swarm/unlockkey"))!["UnlockKey"]!;
        Assert.Matches("^SWMKEY-1-[A-Za-z0-9+/]{43}$", key);
        Assert.DoesNotContain(key[9..], (await api.OkAsync("GET", "/swarm"))!.ToString());
        Assert.DoesNotContain(key[9..], (await api.OkAsync("GET", "/info"))!.ToString());
        await UpdateAsync(api, """{"Labels":{"a":"b"}}""");
        Assert.Equal(key, (string?)(await api.OkAsync("GET", "/swarm/unlockkey"))!["UnlockKey"]);
        await UpdateAsync(api, "{}", "&rotateManagerUnlockKey=1");
        Assert.NotEqual(key, (string?)(await api.OkAsync("GET", "/swarm/unlockkey"))!["UnlockKey"]);
        await UpdateAsync(api, """{"EncryptionConfig":{"AutoLockManagers":false}}""");
        Assert.Equal("", (string?)(await api.OkAsync("GET", "/swarm/unlockkey"))!["UnlockKey"]);
        Assert.Equal("swarm is not locked", await api.RefusedAsync(409, "POST", "/swarm/unlock", """{"UnlockKey":"x"}"""));
    }

    private static async Task UpdateAsync(ApiHarness api, string spec, string more = "")
    {
        var version = (int)(await api.OkAsync("GET", "/swarm"))!["Version"]!["Index"]!;
        await api.OkAsync("POST", $"/swarm/update?version={version}{more}", spec);
    }
}
