using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmNetwork;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmNetwork;

public sealed class SwarmNetworkTests
{
    private static async Task<FakeDaemon> DaemonAsync() => (await FakeDaemon.StartAsync())
        .Json("GET /networks", () => new[] { Samples.Back, Samples.Back with { Id = "net2", Name = "front" } })
        .Json("GET /services", () => new[] { On("web", "net1"), On("api", "net1", "net2"), On("plain"), On("published") with { Spec = new() { Name = "published", EndpointSpec = new() { Ports = [new() { TargetPort = 80 }] } } } })
        .Json("GET /networks/*", () => Samples.Back)
        .Json("POST /networks/create", () => new NetworkCreateAnswer("net1"))
        .Json("DELETE /networks/*", () => null);

    private static Service On(string name, params string[] networks) =>
        new() { Id = name, Spec = new() { Name = name, TaskTemplate = new() { Networks = networks.Select(network => new NetworkAttachmentConfig { Target = network }).ToValueList() } } };

    [Fact]
    public async Task Network_IsMade_AsDockerWouldAskForIt()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var made = prompt.Run("New-SwarmNetwork back -Subnet 10.20.0.0/24 -IPRange 10.20.0.128/25 -Gateway 10.20.0.9 -Mtu 1400 -Internal -Encrypted -Attachable -Label team=a -DriverOption @{ a = 1 } -IpamOption b=2")
            .One<SwarmNetworkInfo>();
        Assert.Equal(("back", "10.0.1.0/24", "10.0.1.1", "4097"), (made.Name, made.Subnet, made.Gateway, made.Options[NetworkOptions.Vni]));
        var request = Assert.Single(daemon.Changes).As<NetworkCreateRequest>();
        Assert.Equal(("back", "overlay", true, true, false), (request.Name, request.Driver, request.Internal, request.Attachable, request.Ingress));
        Assert.Equal([new("10.20.0.0/24", "10.20.0.128/25", "10.20.0.9")], request.IPAM!.Config!);
        Assert.Equal(("1400", "", "1", "2", "a"), (request.Options![NetworkOptions.Mtu], request.Options[NetworkOptions.Encrypted], request.Options["a"], request.IPAM.Options!["b"], request.Labels!["team"]));
    }

    [Fact]
    public async Task WithoutASubnet_NoneIsAskedFor_AndWhatIfAsksForNothing()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("New-SwarmNetwork back; New-SwarmNetwork other -WhatIf; Remove-SwarmNetwork back -WhatIf").Clean();
        Assert.Empty(Assert.Single(daemon.Changes).As<NetworkCreateRequest>().IPAM!.Config!);
    }

    [Theory]
    [InlineData("Get-SwarmNetwork", "net1,net2")]
    [InlineData("Get-SwarmNetwork F*", "net2")]
    [InlineData("Get-SwarmNetwork net1", "net1")]
    [InlineData("'front', 'back' | Get-SwarmNetwork", "net2,net1")]
    [InlineData("Get-SwarmNetwork x*", "")]
    public async Task They_AreFoundByNameIdAndPattern_AmongTheSwarmsOwn(string script, string ids)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal(ids, string.Join(',', prompt.Run($"{script} | ForEach-Object Id").Clean().Select(id => id.ToString())));
        Assert.All(daemon.Requests.Where(request => request.Path.StartsWith("/networks", StringComparison.Ordinal)), request => Assert.Contains("\"scope\":{\"swarm\":true}", request.Query["filters"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task ItSays_WhichServicesUseIt()
    {
        await using var daemon = await DaemonAsync();
        daemon.Json("GET /networks", () => new[] { Samples.Back, Samples.Back with { Id = "net2", Name = "front" }, Samples.Back with { Id = "net3", Name = "ingress", Ingress = true } });
        using var prompt = new Prompt(daemon);
        Assert.Equal(["back: api web", "front: api", "ingress: published"], prompt.Run("Get-SwarmNetwork | ForEach-Object { \"$($_.Name): $($_.Services)\" }").Clean().Select(line => line.ToString()));
    }

    [Theory]
    [InlineData("Test-SwarmNetwork", "", "back Path one>two False;front Names two> True; Node three> False")]
    [InlineData("Test-SwarmNetwork back, f*", "net1,net2", "back Path one>two False;front Names two> True; Node three> False")]
    [InlineData("'back' | Test-SwarmNetwork | Where-Object { -not $_.Ok }", "net1", "back Path one>two False; Node three> False")]
    public async Task Findings_ComeOfAllNodes(string script, string asked, string found)
    {
        await using var daemon = await DaemonAsync();
        daemon.Lines("GET /swarmps/networks/check", Checked("one", new() { Network = "back", Check = NetworkCheck.Path, Other = "two" }), Checked("two", new() { Network = "front", Check = NetworkCheck.Names, Ok = true }), Checked("three", new() { Check = NetworkCheck.Node }));
        using var prompt = new Prompt(daemon);
        var lines = prompt.Run(script + " | ForEach-Object { \"$($_.Network) $($_.Check) $($_.Node)>$($_.Target) $($_.Ok)\" }").Clean();
        Assert.Equal(found, string.Join(';', lines.Select(line => line.ToString())));
        Assert.Equal(asked, daemon.Requests.Single(request => request.Path == "/swarmps/networks/check").Query["networks"]);
    }

    [Fact]
    public async Task QuietTest_TellsWhetherAllIsWell()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        daemon.Lines("GET /swarmps/networks/check", Checked("one", new() { Network = "back", Ok = true }));
        Assert.True(prompt.Run("Test-SwarmNetwork -Quiet").One<bool>());
        daemon.Lines("GET /swarmps/networks/check", Checked("one", new() { Network = "back", Ok = true }), Checked("two", new() { Network = "back" }));
        Assert.False(prompt.Run("Test-SwarmNetwork -Quiet").One<bool>());
        Assert.Equal("NetworkNotFound", prompt.Run("Test-SwarmNetwork none").ErrorId);
        Assert.Empty(prompt.Run("Test-SwarmNetwork x*").Clean());
    }

    private static NetworkCheckAnswer Checked(string node, NetworkFinding finding) => new() { NodeId = node + "-id", Hostname = node, Nodes = 3, Findings = [finding] };

    [Fact]
    public async Task InUseAndMissing_HaveTheirOwnErrors()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Get-SwarmNetwork back | Remove-SwarmNetwork -Confirm:$false").Clean();
        Assert.Equal("DELETE /networks/net1", Assert.Single(daemon.Changes).ToString());
        daemon.Refuse("DELETE /networks/*", 400, "rpc error: code = FailedPrecondition desc = network back is in use by service web");
        Assert.Equal("NetworkInUse", prompt.Run("Remove-SwarmNetwork back -Confirm:$false").ErrorId);
        Assert.Equal("NetworkNotFound", prompt.Run("Get-SwarmNetwork none").ErrorId);
        daemon.Refuse("GET /networks/*", 404, "network none not found");
        Assert.Equal("NetworkNotFound", prompt.Run("Remove-SwarmNetwork none -Confirm:$false").ErrorId);
        daemon.Refuse("POST /networks/create", 409, "network with name back already exists");
        Assert.Equal("NetworkExists", prompt.Run("New-SwarmNetwork back").ErrorId);
    }
}
