using System.Net.Sockets;
using System.Text;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>What clients send that is wrong is refused, naming what is wrong.</summary>
public sealed class InputTests
{
    [Theory]
    [InlineData("TaskTemplate.ContainerSpec.Mounts[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a","Mounts":[null]}}}""")]
    [InlineData("TaskTemplate.ContainerSpec.Env[1]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a","Env":["A=1",null]}}}""")]
    [InlineData("TaskTemplate.ContainerSpec.Secrets[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a","Secrets":[null]}}}""")]
    [InlineData("TaskTemplate.ContainerSpec.Healthcheck.Test[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a","Healthcheck":{"Test":[null]}}}}""")]
    [InlineData("TaskTemplate.Networks[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Networks":[null]}}""")]
    [InlineData("TaskTemplate.Networks[0].Aliases[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Networks":[{"Target":"n","Aliases":[null]}]}}""")]
    [InlineData("TaskTemplate.Placement.Preferences[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Placement":{"Preferences":[null]}}}""")]
    [InlineData("TaskTemplate.Resources.Reservations.GenericResources[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Resources":{"Reservations":{"GenericResources":[null]}}}}""")]
    [InlineData("EndpointSpec.Ports[0]", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"}},"EndpointSpec":{"Ports":[null]}}""")]
    public async Task NullInAServicesLists_IsRefused_NamingTheField(string field, string body)
    {
        await using var api = await ApiHarness.StartAsync();
        foreach (var path in new[] { "/services/create", "/swarmps/plan" })
            Assert.Contains(field, await api.RefusedAsync(400, "POST", path, body));
    }

    [Theory]
    [InlineData("/networks/create", "IPAM.Config[0]", """{"Name":"a","Driver":"overlay","IPAM":{"Config":[null]}}""")]
    [InlineData("/swarm/init", "DefaultAddrPool[0]", """{"ForceNewCluster":true,"DefaultAddrPool":[null]}""")]
    public async Task NullInAList_IsRefused_NamingTheField(string path, string field, string body)
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains(field, await api.RefusedAsync(400, "POST", path, body));
    }

    [Theory]
    [InlineData("since", "99999999999")]
    [InlineData("until", "99999999999")]
    [InlineData("since", "253402300800")]
    [InlineData("since", "-99999999999")]
    [InlineData("since", "NaN")]
    [InlineData("until", "1e999")]
    [InlineData("until", "9999-12-31T23:59:59Z")]
    [InlineData("since", "99999999999999999999999999999999999")]
    public async Task TimeOfEventsThatIsNone_IsRefused_NamingIt(string name, string value)
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains($"invalid {name}", await api.RefusedAsync(400, "GET", $"/events?{name}={value}&filters=" + """{"scope":["swarm"]}"""));
    }

    [Theory]
    [InlineData("since=soon", "since")]
    [InlineData("since=-99999999999", "since")]
    [InlineData("tail=99999999999", "tail")]
    [InlineData("tail=-1", "tail")]
    public async Task LogParameterThatIsNone_IsRefused_NamingIt(string query, string name)
    {
        await using var api = await ApiHarness.StartAsync(logs: new EndedTaskLogs());
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(ApiFuzzSource.Objects[0]); }, api.Stop);
        Assert.Contains($"invalid {name}", await api.RefusedAsync(400, "GET", $"/services/web/logs?stdout=1&{query}"));
    }

    [Theory]
    [InlineData("a\\nb", "\"a\\nb\"")]
    [InlineData("a\\u0000", "\"a\\u0000\"")]
    [InlineData("", "a label needs a key")]
    public async Task LabelKeyWithControlCharacters_IsRefused_NamingIt(string key, string named)
    {
        await using var api = await ApiHarness.StartAsync();
        var labels = $"{{\"{key}\":\"x\"}}";
        var swarm = api.Membership.Store.Current.Swarm!.Version.Index;
        foreach (var (path, body) in new[]
        {
            ("/services/create", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"}},"Labels":""" + labels + "}"),
            ("/services/create", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a","Labels":""" + labels + "}}}"),
            ("/networks/create", """{"Name":"a","Driver":"overlay","Labels":""" + labels + "}"),
            ("/secrets/create", """{"Name":"a","Data":"AAAA","Labels":""" + labels + "}"),
            ("/configs/create", """{"Name":"a","Data":"AAAA","Labels":""" + labels + "}"),
            ($"/swarm/update?version={swarm}", """{"Labels":""" + labels + "}"),
            ("/nodes/host1/update?version=1", """{"Labels":""" + labels + "}"),
        })
            Assert.Contains(named, await api.RefusedAsync(400, "POST", path, body));
    }

    [Fact]
    public async Task LineBreaksInALabelsValue_AreKept()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/configs/create", """{"Name":"a","Data":"AAAA","Labels":{"x":"one\ntwo"}}""");
        Assert.Equal("one\ntwo", api.Membership.Store.Current.Configs.All.Single().Spec.Labels!.Find("x"));
    }

    [Theory]
    [InlineData("\"Mode\":\"x\"", "EndpointSpec.Mode", "vip")]
    [InlineData("\"Mode\":7", "EndpointSpec.Mode", "vip")]
    [InlineData("\"Mode\":{}", "EndpointSpec.Mode", "vip")]
    public async Task UnknownWord_IsRefused_WithTheFieldAndTheWords(string mode, string field, string word)
    {
        await using var api = await ApiHarness.StartAsync();
        var refusal = await api.RefusedAsync(400, "POST", "/services/create", """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"}},"EndpointSpec":{""" + mode + "}}");
        Assert.Contains(field, refusal);
        Assert.Contains(word, refusal);
    }

    [Fact]
    public async Task DeepJson_AndASecondDocument_AreRefused()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.RefusedAsync(400, "POST", "/services/create", new string('[', 10_000) + new string(']', 10_000));
        await api.RefusedAsync(400, "POST", "/services/create", "{\"x\":" + new string('[', 10_000));
        Assert.Contains("position 27", await api.RefusedAsync(400, "POST", "/configs/create", """{"Name":"a","Data":"AAAA"} {}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UndefinedState_IsAnswered()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(new SwarmTask { Id = "t", DesiredState = (TaskState)7, Status = new() { State = (TaskState)999 } }); }, api.Stop);
        Assert.Equal("999", (string?)(await api.OkAsync("GET", "/tasks"))![0]!["Status"]!["State"]);
    }

    [Fact]
    public async Task BodyThatTrickles_IsTimedOut_WithAnAnswer_ButNotOneForTheEngine()
    {
        await using var engine = FakeEngine.Of(async (_, stream, _) =>
        {
            await stream.ReadExactlyAsync(new byte[3]);
            await FakeEngine.JsonAsync(stream, 200, "{}");
        });
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        using var upload = await BeginAsync(api, "/images/load", 3);
        using var own = await BeginAsync(api, "/configs/create", 1000);
        Assert.StartsWith("HTTP/1.1 408 ", await ReadAsync(api, own));
        // It began before the other, so its time would have been over.
        await upload.SendAsync("bc"u8.ToArray(), api.Stop);
        Assert.StartsWith("HTTP/1.1 200 ", await ReadAsync(api, upload));
        await api.OkAsync("GET", "/_ping");
    }

    private static async Task<Socket> BeginAsync(ApiHarness api, string path, int length)
    {
        var socket = await api.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\na"), api.Stop);
        return socket;
    }

    private static async Task<string> ReadAsync(ApiHarness api, Socket socket)
    {
        var buffer = new byte[64 << 10];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, api.Stop));
    }
}
