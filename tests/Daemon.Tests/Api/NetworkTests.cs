using Newtonsoft.Json.Linq;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Networks of the swarm beside those of the engine.</summary>
public sealed class NetworkTests
{
    private const string Local = """{"Id":"e1f2","Name":"local1","Scope":"local","Driver":"bridge","Labels":null}""";
    private const string Carrier = """{"Id":"e4","Name":"swp4097","Scope":"local","Driver":"bridge","Labels":{"swarmps.network.id":"n1"}}""";

    private static FakeEngine Engine() => FakeEngine.Of((head, stream, _) => head switch
    {
        _ when head.Contains("GET /networks?", StringComparison.Ordinal) || head.Contains("GET /networks ", StringComparison.Ordinal) || head.Contains("GET /v1.41/networks ", StringComparison.Ordinal) => FakeEngine.JsonAsync(stream, 200, $"[{Local},{Carrier}]"),
        _ when head.Contains("/networks/local1", StringComparison.Ordinal) && head.StartsWith("DELETE", StringComparison.Ordinal) => FakeEngine.JsonAsync(stream, 200, "\"removed by the engine\""),
        _ when head.Contains("/networks/local1", StringComparison.Ordinal) => FakeEngine.JsonAsync(stream, 200, Local),
        _ when head.Contains("/networks/swp4097", StringComparison.Ordinal) => FakeEngine.JsonAsync(stream, 200, Carrier),
        _ when head.Contains("/containers/create", StringComparison.Ordinal) => FakeEngine.JsonAsync(stream, 201, """{"Id":"c1"}"""),
        _ when head.Contains("/networks/create", StringComparison.Ordinal) => FakeEngine.JsonAsync(stream, 201, """{"Id":"e3"}"""),
        _ => FakeEngine.JsonAsync(stream, 404, """{"message":"not found"}"""),
    });

    private static async Task<string> CreateAsync(ApiHarness api, string name, string more = "") =>
        (string)(await api.OkAsync("POST", "/v1.41/networks/create", $$"""{"Name":"{{name}}","Driver":"overlay"{{more}}}"""))!["Id"]!;

    [Fact]
    public async Task Overlay_IsTheSwarms_AndIsListedBesideTheEngines()
    {
        await using var engine = Engine();
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var id = await CreateAsync(api, "back", ""","Attachable":true,"Labels":{"team":"a"},"Options":{"com.docker.network.driver.mtu":"1400"}""");
        Assert.Equal("e3", (string?)(await api.OkAsync("POST", "/networks/create", """{"Name":"mine","Driver":"bridge"}"""))!["Id"]);
        Assert.Equal(["local1", "back"], (await api.OkAsync("GET", "/v1.41/networks"))!.Select(network => (string?)network["Name"]));
        Assert.Equal(["back"], (await api.OkAsync("GET", """/networks?filters={"scope":{"swarm":true}}"""))!.Select(network => (string?)network["Name"]));
        foreach (var input in new[] { id, "back", id[..10] })
        {
            var network = (await api.OkAsync("GET", $"/networks/{input}"))!;
            Assert.Equal((id, "swarm", "overlay", true, "10.0.0.0/24", "10.0.0.1"), ((string?)network["Id"], (string?)network["Scope"], (string?)network["Driver"], (bool)network["Attachable"]!,
                (string?)network["IPAM"]!["Config"]![0]!["Subnet"], (string?)network["IPAM"]!["Config"]![0]!["Gateway"]));
            Assert.Equal(("4097", "1400"), ((string?)network["Options"]![NetworkOptions.Vni], (string?)network["Options"]![NetworkOptions.Mtu]));
        }
        Assert.Equal("local1", (string?)(await api.OkAsync("GET", "/networks/local1"))!["Name"]);
        Assert.Equal("network none not found", await api.RefusedAsync(404, "GET", "/networks/none"));
    }

    [Fact]
    public async Task Network_TellsHowManyOfItsAddressesAreInUse()
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, "back", ""","IPAM":{"Config":[{"Subnet":"10.7.0.0/24","IPRange":"10.7.0.128/25"}]}""");
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                tx.Put(new Service { Id = "s1", Spec = new() { Name = "web" }, Endpoint = new() { VirtualIPs = [new(id, "10.7.0.130/24")] } });
                tx.Put(new SwarmTask { Id = "t1", Status = new() { State = TaskState.Running }, NetworksAttachments = [new(new() { Id = id }, ["10.7.0.131/24"])] });
                tx.Put(new SwarmTask { Id = "t2", Status = new() { State = TaskState.Failed }, NetworksAttachments = [new(new() { Id = id }, ["10.7.0.132/24"])] });
            },
            api.Stop);
        var network = (await api.OkAsync("GET", "/v1.52/networks/back"))!;
        var use = network["Status"]!["IPAM"]!["Subnets"]!["10.7.0.0/24"]!;
        // The network's own address, the broadcast, the gateway, a virtual address and a task that runs.
        Assert.Equal((5, 127 - 2), ((int)use["IPsInUse"]!, (int)use["DynamicIPsAvailable"]!));
        Assert.True((bool)network["EnableIPv4"]!);
        Assert.Null((await api.OkAsync("GET", "/v1.51/networks/back"))!["Status"]);
        Assert.NotNull((await api.OkAsync("GET", "/networks/back"))!["Status"]);
    }

    [Theory]
    [InlineData("/v1.41/networks/prune", "{\"label!\":[\"swarmps.network.id\"]}")]
    [InlineData("/networks/prune?filters={\"label!\":{\"keep\":true},\"until\":[\"1h\"]}&stream=1", "{\"label!\":[\"keep\",\"swarmps.network.id\"],\"until\":[\"1h\"]}")]
    public async Task Prune_SparesTheSwarmsNetworks_AndWhatCarriesThem(string path, string filters)
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 200, """{"NetworksDeleted":["mine"]}"""));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        await CreateAsync(api, "back");
        Assert.Equal("mine", (string?)(await api.OkAsync("POST", path))!["NetworksDeleted"]![0]);
        var asked = Uri.UnescapeDataString(Assert.Single(engine.Heads, head => head.Contains("/prune", StringComparison.Ordinal)));
        Assert.Contains($"filters={filters}", asked, StringComparison.Ordinal);
        Assert.Equal(path.Contains("stream", StringComparison.Ordinal), asked.Contains("stream=1", StringComparison.Ordinal));
        Assert.Single(api.Membership.Store.Current.Networks.All);
    }

    [Fact]
    public async Task Removal_IsRefusedWhileInUse_AndReachesTheEngineForItsOwn()
    {
        await using var engine = Engine();
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var id = await CreateAsync(api, "back");
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                tx.Put(new Service { Id = "s1", Spec = new() { Name = "web", TaskTemplate = new() { Networks = [new() { Target = id }] } } });
                tx.Put(new SwarmTask { Id = "t1", Status = new() { State = TaskState.Running }, NetworksAttachments = [new(new() { Id = id }, ["10.0.0.5/24"])] });
            },
            api.Stop);
        Assert.EndsWith("network back is in use by service web", await api.RefusedAsync(400, "DELETE", "/networks/back"), StringComparison.Ordinal);
        await api.Membership.Store.UpdateAsync(tx => tx.Delete(tx.View.Services.Find("s1")!), api.Stop);
        Assert.EndsWith("network back is in use by task t1", await api.RefusedAsync(400, "DELETE", "/networks/back"), StringComparison.Ordinal);
        await api.Membership.Store.UpdateAsync(tx => tx.Delete(tx.View.Tasks.Find("t1")!), api.Stop);
        await api.OkAsync("DELETE", $"/networks/{id[..12]}");
        Assert.Empty(api.Membership.Store.Current.Networks.All);
        Assert.Equal("removed by the engine", (string?)await api.OkAsync("DELETE", "/networks/local1"));
        Assert.Equal("network back not found", await api.RefusedAsync(404, "DELETE", "/networks/back"));
    }

    [Theory]
    [InlineData(""","EnableIPv6":true""", 501, "IPv6 is not supported yet")]
    [InlineData(""","EnableIPv4":false""", 501, "a network without IPv4 is not supported yet")]
    [InlineData(""","Options":{"encrypted":"aes"}""", 400, "'aes' is neither true nor false")]
    [InlineData(""","IPAM":{"Config":[{"Subnet":"10.7.0.0/24","AuxiliaryAddresses":{"a":"10.7.0.5"}}]}""", 501, "cannot be set aside yet")]
    [InlineData(""","IPAM":{"Config":[{"Subnet":"10.7.0.1/24"}]}""", 400, "is not a subnet")]
    [InlineData(""","Scope":"local","ConfigOnly":true""", 400, "for 2 reasons")]
    public async Task WhatTheSwarmCannotDo_IsRefused(string more, int status, string expected)
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains(expected, await api.RefusedAsync(status, "POST", "/networks/create", $$"""{"Name":"back","Driver":"overlay"{{more}}}"""));
        Assert.Empty(api.Membership.Store.Current.Networks.All);
    }

    [Fact]
    public async Task EncryptedNetwork_AndItsPort_AreKeptFromEachOther()
    {
        await using var api = await ApiHarness.StartAsync();
        var service = new ServiceSpec { Name = "dns", TaskTemplate = new() { ContainerSpec = new() { Image = "a" } }, EndpointSpec = new() { Ports = [new() { TargetPort = 53, PublishedPort = 4790, Protocol = PortProtocol.Udp }] } };
        var created = await api.OkAsync("POST", "/services/create", service);
        const string Request = """{"Name":"back","Driver":"overlay","Options":{"encrypted":""}}""";
        Assert.Contains("UDP port 4790, which service dns publishes", await api.RefusedAsync(400, "POST", "/networks/create", Request), StringComparison.Ordinal);
        await api.OkAsync("DELETE", $"/services/{created!["ID"]}");
        await api.OkAsync("POST", "/networks/create", Request);
        Assert.Equal("", (string?)(await api.OkAsync("GET", "/networks/back"))!["Options"]!["encrypted"]);
        Assert.Contains("carries the swarm's encrypted networks", await api.RefusedAsync(400, "POST", "/services/create", service), StringComparison.Ordinal);
        await api.OkAsync("POST", "/services/create", service with { EndpointSpec = new() { Ports = [new() { TargetPort = 53, PublishedPort = 4790 }] } });
    }

    [Fact]
    public async Task NameThatIsTaken_Is409_AndContainersOfOtherKindsCannotJoinYet()
    {
        await using var api = await ApiHarness.StartAsync();
        await CreateAsync(api, "back");
        Assert.Equal("network with name back already exists", await api.RefusedAsync(409, "POST", "/networks/create", """{"Name":"back","Driver":"overlay"}"""));
        Assert.Contains("cannot be joined", await api.RefusedAsync(501, "POST", "/networks/back/connect", """{"Container":"c"}"""));
    }

    [Theory]
    [InlineData("""{"Image":"a","HostConfig":{"NetworkMode":"back"}}""", "network back cannot be joined: it is the swarm's")]
    [InlineData("""{"Image":"a","NetworkingConfig":{"EndpointsConfig":{"back":{}}}}""", "network back cannot be joined")]
    [InlineData("""{"Image":"a","HostConfig":{"NetworkMode":"swp4097"}}""", "network swp4097 cannot be joined")]
    [InlineData("""{"Image":"a","HostConfig":{"NetworkMode":"local1"},"NetworkingConfig":{"EndpointsConfig":{"local1":{}}}}""", null)]
    [InlineData("""{"Image":"a","HostConfig":{"NetworkMode":"default"},"NetworkingConfig":null}""", null)]
    [InlineData("""{"Image":"a","HostConfig":null}""", null)]
    [InlineData("no json", null)]
    public async Task ContainerThatIsNoTask_IsKeptOffTheSwarmsNetworks(string body, string? refusal)
    {
        await using var engine = Engine();
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        await CreateAsync(api, "back");
        if (refusal is not null)
            Assert.Contains(refusal, await api.RefusedAsync(501, "POST", "/v1.41/containers/create?name=c", body));
        else
            Assert.Equal("c1", (string?)(await api.OkAsync("POST", "/v1.41/containers/create?name=c", body))!["Id"]);
        Assert.Equal(refusal is null, engine.Heads.Any(head => head.StartsWith("POST /v1.41/containers/create?name=c ", StringComparison.Ordinal)));
        Assert.Contains("network swp4097 cannot be joined", await api.RefusedAsync(501, "POST", "/networks/swp4097/connect", """{"Container":"c"}"""));
    }

    [Fact]
    public async Task ServicesNameNetworks_ByNameOrId_AndKeepTheirIds()
    {
        await using var api = await ApiHarness.StartAsync();
        var (back, front) = (await CreateAsync(api, "back"), await CreateAsync(api, "front"));
        var service = new ServiceSpec { Name = "web", TaskTemplate = new() { ContainerSpec = new() { Image = "a" }, Networks = [new() { Target = "back", Aliases = ["db"] }, new() { Target = front }] } };
        await api.OkAsync("POST", "/services/create", service);
        Assert.Equal([back, front], api.Membership.Store.Current.ServiceNamed("web")!.Spec.TaskTemplate.Networks!.Select(network => network.Target));
        Assert.EndsWith("network back is in use by service web", await api.RefusedAsync(400, "DELETE", "/networks/back"), StringComparison.Ordinal);
        Assert.Equal("network bakc not found", await api.RefusedAsync(404, "POST", "/services/create", On("bakc")));
        Assert.Contains("network back is named twice", await api.RefusedAsync(400, "POST", "/services/create", On("back", back)));

        static ServiceSpec On(params string[] names) =>
            new() { Name = "other", TaskTemplate = new() { ContainerSpec = new() { Image = "a" }, Networks = names.Select(name => new NetworkAttachmentConfig { Target = name }).ToValueList() } };
    }

    [Fact]
    public async Task FirstPublishedPort_MakesTheMeshsNetwork_WhichNoServiceNames()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Publishing("web", new PortConfig { TargetPort = 80, PublishedPort = 8080 }, new PortConfig { TargetPort = 81 }));
        var ingress = Assert.Single(api.Membership.Store.Current.Networks.All);
        Assert.Equal(("ingress", true, 4096u), (ingress.Spec.Name, ingress.Spec.Ingress, Allocation.NetworkAllocation.VniOf(ingress)));
        Assert.Equal([8080, 30000], (await api.OkAsync("GET", "/services/web"))!["Endpoint"]!["Ports"]!.Select(port => (int)port["PublishedPort"]!));
        Assert.Contains("port '8080' is already in use by service 'web'", await api.RefusedAsync(400, "POST", "/services/create", Publishing("other", new PortConfig { TargetPort = 1, PublishedPort = 8080 })));
        await api.OkAsync("POST", "/services/create", Publishing("other", new PortConfig { TargetPort = 81 }));
        Assert.Equal(30001u, api.Membership.Store.Current.ServiceNamed("other")!.Endpoint!.Ports!.Single().PublishedPort);
        var named = new ServiceSpec { Name = "third", TaskTemplate = new() { ContainerSpec = new() { Image = "a" }, Networks = [new() { Target = "ingress" }] } };
        Assert.Contains("cannot be explicitly attached to the ingress network", await api.RefusedAsync(400, "POST", "/services/create", named));
        Assert.EndsWith("network ingress is in use by services other, web", await api.RefusedAsync(400, "DELETE", "/networks/ingress"), StringComparison.Ordinal);

        static ServiceSpec Publishing(string name, params PortConfig[] ports) =>
            new() { Name = name, TaskTemplate = new() { ContainerSpec = new() { Image = "a" } }, EndpointSpec = new() { Ports = ports.ToValueList() } };
    }

    [Fact]
    public async Task Tasks_ShowTheirNetworksInFull()
    {
        await using var api = await ApiHarness.StartAsync();
        var id = await CreateAsync(api, "back");
        await api.Membership.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "t1", NetworksAttachments = [new(new() { Id = id }, ["10.0.0.5/24"])] }), api.Stop);
        foreach (var task in new[] { (await api.OkAsync("GET", "/tasks/t1"))!, (await api.OkAsync("GET", "/tasks"))![0]! })
            Assert.Equal(("back", "10.0.0.5/24"), ((string?)task["NetworksAttachments"]![0]!["Network"]!["Spec"]!["Name"], (string?)task["NetworksAttachments"]![0]!["Addresses"]![0]));
    }

    [Theory]
    [InlineData("""{"name":["ac"]}""", "back")]
    [InlineData("""{"name":["^front$"]}""", "front")]
    [InlineData("""{"driver":["bridge"]}""", "")]
    [InlineData("""{"label":["team=a"]}""", "front")]
    [InlineData("""{"type":["custom"],"driver":["overlay"]}""", "back,front")]
    [InlineData("""{"dangling":["true"]}""", "front")]
    public async Task Filters_AreDockers(string filters, string expected)
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 200, "[]"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var back = await CreateAsync(api, "back");
        await CreateAsync(api, "front", ""","Labels":{"team":"a"}""");
        await api.Membership.Store.UpdateAsync(tx => tx.Put(new Service { Id = "s1", Spec = new() { Name = "web", TaskTemplate = new() { Networks = [new() { Target = back }] } } }), api.Stop);
        var listed = (JArray)(await api.OkAsync("GET", $"/networks?filters={filters}"))!;
        Assert.Equal(expected, string.Join(',', listed.Select(network => (string?)network["Name"])));
    }

    [Fact]
    public async Task DockersCommands_Work()
    {
        await using var engine = Engine();
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var id = (await DockerClient.OkAsync(api, null, "network", "create", "-d", "overlay", "--attachable", "--subnet", "10.20.0.0/24", "--ip-range", "10.20.0.128/25", "--label", "team=a", "back")).Trim();
        Assert.Contains("back      overlay   swarm", await DockerClient.OkAsync(api, null, "network", "ls"));
        Assert.Equal("10.20.0.0/24 10.20.0.128/25 true\n", await DockerClient.OkAsync(api, null, "network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}} {{(index .IPAM.Config 0).IPRange}} {{.Attachable}}", id));
        Assert.Equal("back\n", await DockerClient.OkAsync(api, null, "network", "rm", "back"));
        Assert.Empty(api.Membership.Store.Current.Networks.All);
    }

    [Fact]
    public async Task WithoutASwarm_TheEngineHasTheWord()
    {
        await using var engine = Engine();
        await using var api = await ApiHarness.StartAsync(swarm: false, engine: engine.Socket);
        Assert.Equal(["local1"], (await api.OkAsync("GET", "/networks"))!.Select(network => (string?)network["Name"]));
        Assert.Contains("not a swarm manager", await api.RefusedAsync(503, "POST", "/networks/create", """{"Name":"back","Driver":"overlay"}"""));
    }
}
