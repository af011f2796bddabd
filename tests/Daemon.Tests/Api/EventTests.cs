using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Store;

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

    [Theory]
    [InlineData("/v1.52", "application/x-ndjson", "application/x-ndjson")]
    [InlineData("", "application/jsonl", "application/jsonl")]
    [InlineData("/v1.53", "application/x-ndjson;q=0.5, application/json-seq", "application/json-seq")]
    [InlineData("/v1.52", "application/json-seq, application/x-ndjson", "application/x-ndjson")]
    [InlineData("/v1.52", "*/*", "application/json")]
    [InlineData("/v1.52", "application/json-seq;q=0", "application/json")]
    [InlineData("/v1.51", "application/json-seq", "application/json")]
    public async Task ContentType_IsOneThatTheClientAccepts(string version, string accept, string type)
    {
        await using var api = await ApiHarness.StartAsync();
        await PutAsync(api, 1);
        using var request = new HttpRequestMessage(HttpMethod.Get, $$"""{{version}}/events?since=1&until=5000000000&filters={"type":["service"]}""");
        request.Headers.Add("Accept", accept);
        using var answer = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, api.Stop);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(api.Stop));
        var line = (await lines.ReadLineAsync(api.Stop))!;
        Assert.Equal(type == "application/json-seq", line[0] == '\u001e');
        Assert.Equal("create", (string?)JObject.Parse(line.TrimStart('\u001e'))["Action"]);
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
        using var soon = await OpenAsync(api, $$$"""/events?until={{{(api.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 300) / 1000m}}}&filters={"scope":["swarm"]}""");
        Assert.Null(await soon.ReadLineAsync(api.Stop));
        Assert.Contains("invalid until 'soon'", await api.RefusedAsync(400, "GET", "/events?until=soon"));
    }

    [Fact]
    public async Task Stream_WhoseTimeIsUpAsItBegins_TellsWhatWasBefore()
    {
        await using var api = await ApiHarness.StartAsync();
        await PutAsync(api, 1);
        await PutAsync(api, 2);
        for (var round = 0; round < 100; round++)
        {
            var until = (api.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1 + (round % 5)) / 1000m;
            using var lines = await OpenAsync(api, $$$"""/events?since=1&until={{{until}}}&filters={"type":["service"]}""");
            Assert.Equal("create", (string?)(await NextAsync(api, lines))["Action"]);
            Assert.Equal("update", (string?)(await NextAsync(api, lines))["Action"]);
            Assert.Null(await lines.ReadLineAsync(api.Stop));
        }
    }

    [Fact]
    public async Task ClientThatLostItsStream_GoesOnAfterWhatItHad_AndMissesNothing()
    {
        await using var api = await ApiHarness.StartAsync();
        string index;
        using (var lines = await OpenAsync(api, """/events?filters={"type":["service"]}"""))
        {
            await PutAsync(api, 1);
            index = (string)(await NextAsync(api, lines))["index"]!;
        }
        await PutAsync(api, 2);
        await PutAsync(api, 3);
        using var again = await OpenAsync(api, $"/events?after={index}");
        Assert.Equal("2", (string?)(await NextAsync(api, again))["Actor"]!["Attributes"]!["replicas.new"]);
        Assert.Equal("3", (string?)(await NextAsync(api, again))["Actor"]!["Attributes"]!["replicas.new"]);
        await PutAsync(api, 4);
        Assert.Equal("4", (string?)(await NextAsync(api, again))["Actor"]!["Attributes"]!["replicas.new"]);
        Assert.Contains("Not all events after 0.0 are kept", await api.RefusedAsync(400, "GET", "/events?after=0.0"));
        Assert.Contains("invalid after 'x'", await api.RefusedAsync(400, "GET", "/events?after=x"));
    }

    [Fact]
    public async Task EventsOfATime_AreTold_AndTheStreamEnds()
    {
        await using var api = await ApiHarness.StartAsync();
        await PutAsync(api, 1);
        await PutAsync(api, 2);
        var now = api.Options.Clock.GetUtcNow().AddSeconds(1).ToUnixTimeSeconds();
        using var lines = await OpenAsync(api, $$"""/events?since=0&until={{now - 1000}}&filters={"scope":["swarm"]}""");
        Assert.Null(await lines.ReadLineAsync(api.Stop));
        using var all = await OpenAsync(api, """/events?since=1&filters={"type":["service"]}""");
        Assert.Equal("create", (string?)(await NextAsync(api, all))["Action"]);
        Assert.Equal("update", (string?)(await NextAsync(api, all))["Action"]);
    }

    [Fact]
    public async Task Tasks_TellHowFarTheyAre_AndWhoseTheyAre()
    {
        await using var api = await ApiHarness.StartAsync();
        using var lines = await OpenAsync(api, """/events?filters={"type":["task"],"service":["web"]}""");
        var task = new SwarmTask { Id = "t1", ServiceId = "s", ServiceName = "web", Slot = 1, NodeId = "n1", Status = new() { State = TaskState.Assigned } };
        await PutAsync(api, task with { Id = "t0", ServiceId = "x", ServiceName = "other" });
        await PutAsync(api, task);
        // What has no word here is not told.
        await PutAsync(api, task with { Status = new() { State = TaskState.Assigned, Message = "hm" } });
        await PutAsync(api, task with { Status = new() { State = TaskState.Failed, Err = "it broke" } });
        await api.Membership.Store.UpdateAsync(tx => tx.Delete(task), api.Stop);
        var (created, failed, removed) = (await NextAsync(api, lines), await NextAsync(api, lines), await NextAsync(api, lines));
        Assert.Equal(("task", "create", "web.1.t1", "web", "n1"), ((string?)created["Type"], (string?)created["Action"], Of(created, "name"), Of(created, "service.name"), Of(created, "node.id")));
        Assert.Equal(("update", "assigned", "failed", "it broke"), ((string?)failed["Action"], Of(failed, "state.old"), Of(failed, "state.new"), Of(failed, "error.new")));
        Assert.Equal("remove", (string?)removed["Action"]);

        static string? Of(JObject seen, string name) => (string?)seen["Actor"]!["Attributes"]![name];
    }

    [Fact]
    public async Task Networks_AreTold()
    {
        await using var api = await ApiHarness.StartAsync();
        using var lines = await OpenAsync(api, """/events?filters={"scope":["swarm"],"network":["back"]}""");
        await PutAsync(api, new Network { Id = "net1", Spec = new() { Name = "back" } });
        Assert.Equal(("network", "create"), (await NextAsync(api, lines) is var seen ? ((string?)seen["Type"], (string?)seen["Action"]) : default));
    }

    [Fact]
    public void Indexes_AreTheSame_HoweverAManagerSeesATransaction()
    {
        var (a, b) = (new Service { Id = "a", Spec = new() { Name = "a" } }, new Service { Id = "b", Spec = new() { Name = "b" } });
        var node = new Node { Id = "n" };
        var step = a with { Spec = new() { Name = "a", Mode = new() { Global = new() } } };
        ObjectChange[] one = [new(ObjectKind.Service, null, a) { Version = 7 }, new(ObjectKind.Service, null, b) { Version = 7 }, new(ObjectKind.Node, null, node) { Version = 7 }, new(ObjectKind.Service, a, step) { Version = 7 }, new(ObjectKind.Service, step, null) { Version = 8 }];
        ObjectChange[] other = [new(ObjectKind.Node, null, node) { Version = 7 }, new(ObjectKind.Service, null, b) { Version = 7 }, new(ObjectKind.Service, null, step) { Version = 7 }, new(ObjectKind.Service, step, null) { Version = 8 }];
        var told = SwarmEventLog.EventsOf(one, DateTimeOffset.UnixEpoch).Select(seen => $"{seen.Index} {seen.Action} {seen.Actor.Id}").ToList();
        Assert.Equal(["7.0 create n", "7.1 create a", "7.2 create b", "8.0 remove a"], told);
        Assert.Equal(told, SwarmEventLog.EventsOf(other, DateTimeOffset.UnixEpoch).Select(seen => $"{seen.Index} {seen.Action} {seen.Actor.Id}"));
    }

    [Fact]
    public async Task ReaderThatFallsBehind_IsToldSo_AndOldEventsGo()
    {
        await using var api = await ApiHarness.StartAsync();
        var log = api.Membership.Member!.Events!;
        var slow = log.Open(null, null);
        var version = api.Membership.Store.Current.Version;
        for (var i = 0; i < SwarmEventLog.KeptMax + 1; i += 1024)
            await api.Membership.Store.UpdateAsync(tx => { for (var j = 0; j < 1024; j++) tx.Put(new Secret { Id = $"s{i + j}", Spec = new() { Name = $"s{i + j}" } }); }, api.Stop);
        Assert.Equal(SwarmEventLog.KeptMax, log.Open(null, new Timestamp(1)).Present().Count);
        Assert.Contains("Not all events", Assert.Throws<SwarmException>(() => slow.Present()).Message);
        Assert.Throws<SwarmException>(() => log.Open(new(version, uint.MaxValue), null));
    }

    private static Task PutAsync(ApiHarness api, StoreObject value) => api.Membership.Store.UpdateAsync(tx => { tx.Put(value); }, api.Stop);

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
