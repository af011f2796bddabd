using Newtonsoft.Json.Linq;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class EventTests
{
    [Fact]
    public async Task EnginesEvents_AndTheSwarms_ComeInOneStream()
    {
        var go = new TaskCompletionSource();
        await using var engine = FakeEngine.Of(async (_, stream, _) =>
        {
            await FakeEngine.TextAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"Type\":\"container\",\"Action\":\"start\"}\n");
            await go.Task;
        });
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        using var lines = await OpenAsync(api, "/events");
        Assert.Equal("container", (string?)(await NextAsync(api, lines))["Type"]);
        await PutAsync(api, 1);
        var created = await NextAsync(api, lines);
        Assert.Equal(("service", "create", "s", "web", "swarm"), ((string?)created["Type"], (string?)created["Action"], (string?)created["Actor"]!["ID"], (string?)created["Actor"]!["Attributes"]!["name"], (string?)created["scope"]));
        Assert.Equal((long)created["timeNano"]! / 1_000_000_000, (long)created["time"]!);
        await PutAsync(api, 3);
        var updated = (await NextAsync(api, lines))["Actor"]!["Attributes"]!;
        Assert.Equal(("1", "3"), ((string?)updated["replicas.old"], (string?)updated["replicas.new"]));
        // With the engine's stream ours ends too, so that the client asks anew.
        go.SetResult();
        Assert.Null(await lines.ReadLineAsync(api.Stop));
    }

    [Fact]
    public async Task EventsOfTheSwarmAlone_NeedNoEngine()
    {
        await using var api = await ApiHarness.StartAsync();
        using var lines = await OpenAsync(api, """/events?filters={"type":["service"],"event":["remove"],"service":["web"]}""");
        await PutAsync(api, 1);
        await api.Membership.Store.UpdateAsync(tx => tx.Delete(tx.View.ServiceNamed("web")!), api.Stop);
        Assert.Equal("remove", (string?)(await NextAsync(api, lines))["Action"]);
    }

    [Fact]
    public async Task WithoutEngine_ItsEventsAreRefused()
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains("Cannot reach the container engine", await api.RefusedAsync(503, "GET", "/events"));
    }

    [Fact]
    public async Task Stream_EndsAtItsTime()
    {
        await using var api = await ApiHarness.StartAsync();
        using var lines = await OpenAsync(api, """/events?until=5&filters={"scope":["swarm"]}""");
        Assert.Null(await lines.ReadLineAsync(api.Stop));
        Assert.Contains("invalid until 'soon'", await api.RefusedAsync(400, "GET", "/events?until=soon"));
    }

    private static Task PutAsync(ApiHarness api, ulong replicas) =>
        api.Membership.Store.UpdateAsync(tx => { tx.Put(new Service { Id = "s", Spec = new() { Name = "web", Mode = new() { Replicated = new(replicas) } } }); }, api.Stop);

    private static async Task<StreamReader> OpenAsync(ApiHarness api, string path)
    {
        var answer = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, api.Stop);
        Assert.Equal(200, (int)answer.StatusCode);
        return new(await answer.Content.ReadAsStreamAsync(api.Stop));
    }

    private static async Task<JObject> NextAsync(ApiHarness api, StreamReader lines) => JObject.Parse((await lines.ReadLineAsync(api.Stop))!);
}
