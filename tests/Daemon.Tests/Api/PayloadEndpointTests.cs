using System.Text;
using Newtonsoft.Json.Linq;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Secrets and configs behave alike, but for what an answer shows.</summary>
public sealed class PayloadEndpointTests
{
    private const string Text = "s3cret-payload";

    private static string Body(string name, string text = Text, string labels = """{"tier":"front"}""") =>
        $$"""{"Name":"{{name}}","Labels":{{labels}},"Data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}}"}""";

    private static async Task<string> CreateAsync(ApiHarness api, string kind, string name) =>
        (string)(await api.OkAsync("POST", $"/v1.41/{kind}s/create", Body(name)))!["ID"]!;

    private static object Service(string kind, string id, string name) => kind == "secret"
        ? new ServiceSpec { Name = "web", TaskTemplate = new() { ContainerSpec = new() { Image = "a", Secrets = [new() { SecretId = id, SecretName = name, File = new() { Name = "x" } }] } } }
        : new ServiceSpec { Name = "web", TaskTemplate = new() { ContainerSpec = new() { Image = "a", Configs = [new() { ConfigId = id, ConfigName = name, File = new() { Name = "x" } }] } } };

    [Fact]
    public async Task Secret_IsKept_AndNeverShown()
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, "secret", "key");
        var secret = (await api.OkAsync("GET", "/secrets/key"))!;
        Assert.Equal((id, "key", "front", true), ((string?)secret["ID"], (string?)secret["Spec"]!["Name"], (string?)secret["Spec"]!["Labels"]!["tier"], (ulong)secret["Version"]!["Index"]! > 0));
        foreach (var shown in new[] { secret, await api.OkAsync("GET", "/secrets"), await api.OkAsync("GET", "/secrets/" + id[..8]) })
            Assert.DoesNotContain("Data", shown!.ToString());
        Assert.Equal(Text, Encoding.UTF8.GetString(api.Membership.Store.Current.Secrets.Find(id)!.Data!.Bytes));
    }

    [Fact]
    public async Task Config_IsShown_AsItWasGiven()
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, "config", "conf");
        var config = (await api.OkAsync("GET", "/configs/" + id[..8]))!;
        Assert.Equal(Text, Encoding.UTF8.GetString(Convert.FromBase64String((string)config["Spec"]!["Data"]!)));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task NameThatIsTaken_Is409_InDockersWords(string kind)
    {
        await using var api = await ApiHarness.StartAsync();
        await CreateAsync(api, kind, "key");
        Assert.Equal($"rpc error: code = AlreadyExists desc = {kind} key already exists", await api.RefusedAsync(409, "POST", $"/{kind}s/create", Body("key", "other")));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Lists_AreFiltered_AndOrderedByName(string kind)
    {
        await using var api = await ApiHarness.StartAsync();
        foreach (var name in new[] { "bb", "ab", "aa" })
            await CreateAsync(api, kind, name);
        await api.OkAsync("POST", $"/{kind}s/create", Body("plain", labels: "null"));
        Assert.Equal("aa ab bb plain", await NamesAsync(""));
        Assert.Equal("aa ab", await NamesAsync("""{"name":["a"]}"""));
        Assert.Equal("bb", await NamesAsync("""{"names":["bb","b"]}"""));
        Assert.Equal("aa ab bb", await NamesAsync("""{"label":["tier=front"]}"""));
        Assert.Contains("invalid filter 'mode'", await api.RefusedAsync(400, "GET", $$"""/{{kind}}s?filters={"mode":["x"]}"""));
        Assert.Equal("{}", (await api.OkAsync("GET", $"/{kind}s/plain"))!["Spec"]!["Labels"]!.ToString());

        async Task<string> NamesAsync(string filters) =>
            string.Join(' ', ((JArray)(await api.OkAsync("GET", $"/{kind}s?filters={filters}"))!).Select(one => (string?)one["Spec"]!["Name"]));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Update_ChangesLabelsAlone_FromTheNewestVersion(string kind)
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, kind, "key");
        var version = await VersionAsync();
        Assert.Contains("only updates to Labels are allowed", await api.RefusedAsync(400, "POST", $"/{kind}s/{id}/update?version={version}", Body("other")));
        Assert.Contains("only updates to Labels are allowed", await api.RefusedAsync(400, "POST", $"/{kind}s/{id}/update?version={version}", Body("key", "other")));
        Assert.Contains("a label needs a key", await api.RefusedAsync(400, "POST", $"/{kind}s/{id}/update?version={version}", """{"Name":"key","Labels":{"":"x"}}"""));
        await api.OkAsync("POST", $"/{kind}s/{id}/update?version={version}", """{"Name":"key","Labels":{"a":"b"}}""");
        Assert.Contains("update out of sequence", await api.RefusedAsync(500, "POST", $"/{kind}s/{id}/update?version={version}", Body("key")));
        await api.OkAsync("POST", $"/{kind}s/key/update?version={await VersionAsync()}", Body("key", labels: """{"c":"d"}"""));
        Assert.Equal("d", (string?)(await api.OkAsync("GET", $"/{kind}s/{id}"))!["Spec"]!["Labels"]!["c"]);
        var state = api.Membership.Store.Current;
        Assert.Equal(Text, Encoding.UTF8.GetString((kind == "secret" ? state.Secrets.Find(id)!.Data : state.Configs.Find(id)!.Spec.Data)!.Bytes));

        async Task<ulong> VersionAsync() => (ulong)(await api.OkAsync("GET", $"/{kind}s/{id}"))!["Version"]!["Index"]!;
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task InUse_IsKept_UntilTheServiceGoes(string kind)
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, kind, "key");
        await api.OkAsync("POST", "/services/create", Service(kind, id, "key"));
        Assert.Equal($"rpc error: code = InvalidArgument desc = {kind} 'key' is in use by the following service: web", await api.RefusedAsync(400, "DELETE", $"/{kind}s/key"));
        await api.OkAsync("DELETE", "/services/web");
        Assert.Equal(204, (await api.SendAsync("DELETE", $"/{kind}s/key")).Status);
        Assert.Equal($"{kind} key not found", await api.RefusedAsync(404, "GET", $"/{kind}s/key"));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Service_MayOnlyName_WhatIsThere(string kind)
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, kind, "key");
        Assert.Equal($"rpc error: code = InvalidArgument desc = {kind} not found: other", await api.RefusedAsync(400, "POST", "/services/create", Service(kind, id, "other")));
        Assert.Equal($"rpc error: code = InvalidArgument desc = {kind} not found: key", await api.RefusedAsync(400, "POST", "/services/create", Service(kind, "no-such-id", "key")));
        await api.OkAsync("POST", "/services/create", new ServiceSpec { Name = "web", TaskTemplate = new() { ContainerSpec = new() { Image = "a" } } });
        var version = api.Membership.Store.Current.ServiceNamed("web")!.Version.Index;
        Assert.Contains("not found: other", await api.RefusedAsync(400, "POST", $"/services/web/update?version={version}", Service(kind, id, "other")));
        await api.OkAsync("POST", $"/services/web/update?version={version}", Service(kind, id, "key"));
    }

    [Theory]
    [InlineData("\"s3cret-payload\"")]
    [InlineData("""{"Name":"a","Data":"s3cret-payload"}""")]
    [InlineData("""{"Name":"a","Data":s3cret-payload}""")]
    [InlineData("""{"Name":"a","Labels":"s3cret-payload"}""")]
    public async Task UnreadableBody_IsRefused_Unshown(string body)
    {
        await using var api = await ApiHarness.StartAsync();
        var refused = await api.RefusedAsync(400, "POST", "/secrets/create", body);
        Assert.Contains("invalid JSON in the body, at line 1", refused);
        Assert.DoesNotContain("s3cret", refused);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("config")]
    public async Task Events_TellNamesAlone(string kind)
    {
        await using var api = await ApiHarness.StartAsync();
        var answer = await api.Client.GetAsync($$"""/events?filters={"type":["{{kind}}"]}""", HttpCompletionOption.ResponseHeadersRead, api.Stop);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(api.Stop));
        var id = await CreateAsync(api, kind, "key");
        await api.OkAsync("DELETE", $"/{kind}s/key");
        foreach (var action in new[] { "create", "remove" })
        {
            var told = JObject.Parse((await lines.ReadLineAsync(api.Stop))!);
            Assert.Equal((kind, action, id), ((string?)told["Type"], (string?)told["Action"], (string?)told["Actor"]!["ID"]));
            Assert.Equal("""{"name":"key"}""", told["Actor"]!["Attributes"]!.ToString(Newtonsoft.Json.Formatting.None));
        }
    }
}
