namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Clients speak swarmpsd's versions; what is proxied reaches the engine in a version that it serves.</summary>
public sealed class EngineVersionTests
{
    private static readonly string[] OldEngine = ["1.41", "1.12"];
    private static readonly string[] NewEngine = ["1.52", "1.44"];

    [Theory]
    [InlineData("/v1.56/containers/json", false, "/v1.41/containers/json")]
    [InlineData("/v1.41/containers/json?all=1", false, "/v1.41/containers/json?all=1")]
    [InlineData("/v1.30/images/a%2Fb/json", false, "/v1.30/images/a%2Fb/json")]
    [InlineData("/v1.41/images/a%2Fb/json", true, "/v1.44/images/a%2Fb/json")]
    [InlineData("/v1%2E41/containers/json", true, "/v1.44/containers/json")]
    [InlineData("/v1.50/containers/json", true, "/v1.50/containers/json")]
    [InlineData("/v1.56/events?filters=%7B%22scope%22%3A%5B%22local%22%5D%7D", true, "/v1.52/events?filters=%7B%22scope%22%3A%5B%22local%22%5D%7D")]
    [InlineData("/v1.41/networks?a=b", true, "/v1.44/networks?a=b")]
    [InlineData("/v1.56/info", false, "/v1.41/info")]
    [InlineData("/containers/json", true, "/containers/json")]
    public async Task ProxiedPath_IsInTheEnginesVersionClosestToTheClients(string asked, bool isNew, string expected)
    {
        await using var engine = Engine(isNew);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        await api.OkAsync("GET", asked);
        Assert.StartsWith($"GET {expected} HTTP/1.1", engine.Heads[^1]);
    }

    [Fact]
    public async Task EngineThatWasReplaced_IsAskedInItsNewVersion()
    {
        var version = "1.41";
        await using var engine = new FakeEngine((head, stream, _) => head.StartsWith("GET /version ", StringComparison.Ordinal)
            ? FakeEngine.JsonAsync(stream, 200, $$"""{"ApiVersion":"{{version}}","MinAPIVersion":"{{version}}"}""")
            : FakeEngine.TextAsync(stream, $"HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        await api.SendAsync("GET", "/v1.50/containers/json");
        version = "1.44";
        await api.SendAsync("GET", "/v1.50/containers/json");
        await api.SendAsync("GET", "/v1.50/containers/json");
        Assert.Equal(["1.41", "1.41", "1.44"], engine.Heads.Where(head => head.Contains("/containers/json", StringComparison.Ordinal)).Select(head => head[6..10]));
    }

    [Theory]
    [InlineData("POST", "/v1.50/containers/c/stop?signal=INT", "signal (API 1.42)")]
    [InlineData("DELETE", "/v1.50/images/a/b?platforms=x", "platforms (API 1.50)")]
    [InlineData("GET", "/v1.56/images/a/b/json?platform=x", "platform (API 1.49)")]
    [InlineData("POST", "/v1.56/build/prune?reserved-space=5", "reserved-space (API 1.48)")]
    public async Task NewerParameter_IsRefused_WhereTheEngineWouldIgnoreIt(string method, string path, string named)
    {
        await using var old = Engine(isNew: false);
        await using var api = await ApiHarness.StartAsync(engine: old.Socket);
        var refused = await api.RefusedAsync(400, method, path);
        Assert.StartsWith("the Docker Engine beside swarmpsd is too old: it serves API 1.41, and would ignore the parameter " + named, refused);
        Assert.DoesNotContain(old.Heads, head => head.Contains("/v1.41/", StringComparison.Ordinal));

        await using var current = Engine(isNew: true);
        await using var second = await ApiHarness.StartAsync(engine: current.Socket);
        await second.OkAsync(method, path);
    }

    [Theory]
    [InlineData("""{"HostConfig":{"Annotations":{"a":"b"}}}""", "HostConfig.Annotations (API 1.43)")]
    [InlineData("""{"HostConfig":{"Umask":18}}""", "HostConfig.Umask (API 1.56)")]
    [InlineData("""{"Healthcheck":{"StartInterval":1000000}}""", "Healthcheck.StartInterval (API 1.44)")]
    [InlineData("""{"HostConfig":{"Mounts":[{"Type":"bind","BindOptions":{"CreateMountpoint":true}}]}}""", "HostConfig.Mounts.BindOptions.CreateMountpoint (API 1.42)")]
    [InlineData("""{"HostConfig":{"Mounts":[{"VolumeOptions":{"Subpath":"a"}}]}}""", "HostConfig.Mounts.VolumeOptions.Subpath (API 1.45)")]
    [InlineData("""{"HostConfig":{"Mounts":[{"TmpfsOptions":{"Options":[["exec"]]}}]}}""", "HostConfig.Mounts.TmpfsOptions.Options (API 1.46)")]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"bridge":{"MacAddress":"02:42:ac:11:00:02"}}}}""", "EndpointsConfig.MacAddress (API 1.44)")]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"bridge":{"GwPriority":2}}}}""", "EndpointsConfig.GwPriority (API 1.48)")]
    public async Task NewerFieldOfAContainer_IsRefused_WhereTheEngineWouldIgnoreIt(string body, string named)
    {
        await using var old = Engine(isNew: false);
        await using var api = await ApiHarness.StartAsync(engine: old.Socket);
        Assert.Contains("would ignore " + named, await api.RefusedAsync(400, "POST", "/v1.50/containers/create", body));
        // What every client sends is none of these.
        await api.OkAsync("POST", "/v1.50/containers/create", """{"HostConfig":{"Annotations":{}},"NetworkingConfig":{"EndpointsConfig":{"bridge":{"MacAddress":"","GwPriority":0}}}}""");

        await using var current = Engine(isNew: true);
        await using var second = await ApiHarness.StartAsync(engine: current.Socket);
        await second.OkAsync("POST", "/v1.50/containers/create", body);
    }

    [Theory]
    [InlineData("/v1.50/volumes/prune?filters={\"all\":[\"1\"],\"label\":[\"a\"]}", false, "/v1.41/volumes/prune?filters={\"label\":[\"a\"]}")]
    [InlineData("/v1.41/volumes/prune", false, "/v1.41/volumes/prune")]
    [InlineData("/v1.41/volumes/prune", true, "/v1.44/volumes/prune?filters={\"all\":[\"true\"]}")]
    [InlineData("/v1.50/volumes/prune", true, "/v1.50/volumes/prune")]
    public async Task PruningVolumes_KeepsTheMeaningOfTheClientsVersion(string asked, bool isNew, string expected)
    {
        await using var engine = Engine(isNew);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        await api.OkAsync("POST", asked);
        Assert.Equal($"POST {expected}", Uri.UnescapeDataString(engine.Heads[^1].Split(" HTTP/1.1")[0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?filters={\"all\":[\"false\"]}")]
    public async Task PruningAnonymousVolumes_IsRefused_WhereTheEngineWouldRemoveNamedOnesToo(string query)
    {
        await using var engine = Engine(isNew: false);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        Assert.Contains("would remove named volumes too", await api.RefusedAsync(400, "POST", "/v1.50/volumes/prune" + query));
        Assert.DoesNotContain(engine.Heads, head => head.Contains("prune", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/volumes/create", """{"Name":"v","ClusterVolumeSpec":{"Group":"g"}}""")]
    [InlineData("PUT", "/v1.42/volumes/v?version=1", """{"Spec":{}}""")]
    public async Task ClusterVolumes_AreRefused(string method, string path, string body)
    {
        await using var engine = Engine(isNew: true);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        Assert.Contains("has no cluster volumes", await api.RefusedAsync(501, method, path, body));
        await api.OkAsync("POST", "/volumes/create", """{"Name":"v"}""");
    }

    private static FakeEngine Engine(bool isNew)
    {
        var range = isNew ? NewEngine : OldEngine;
        return FakeEngine.Of((head, stream, _) => FakeEngine.JsonAsync(stream, 200, head.Contains("/networks", StringComparison.Ordinal) || head.Contains("/events", StringComparison.Ordinal) ? "[]" : "{}"), range[0], range[1]);
    }
}
