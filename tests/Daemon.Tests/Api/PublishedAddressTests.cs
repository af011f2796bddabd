using Newtonsoft.Json.Linq;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Ports on an address of the nodes, for clients that know of such and for the docker client, which does not.</summary>
public sealed class PublishedAddressTests
{
    [Fact]
    public async Task Addresses_ShareAPort_AndAClashNamesWhoHoldsIt()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Publishing("one", On("127.0.0.1")));
        await api.OkAsync("POST", "/services/create", Publishing("two", On("10.1.1.1"), On("10.1.1.2") with { PublishMode = PublishMode.Host }));
        Assert.Contains("port '127.0.0.1:8080' is already in use by service 'one'", await api.RefusedAsync(400, "POST", "/services/create", Publishing("three", On("127.0.0.1"))));
        Assert.Contains("as an ingress port, on the address 1", await api.RefusedAsync(400, "POST", "/services/create", Publishing("three", On(""))));
        Assert.EndsWith("as an ingress port", await api.RefusedAsync(400, "POST", "/services/create", Publishing("three", On("10.1.1.1") with { PublishMode = PublishMode.Host })), StringComparison.Ordinal);
        Assert.Contains("the routing mesh answers on IPv4 only", await api.RefusedAsync(400, "POST", "/services/create", Publishing("three", On("::1"))));
        Assert.Contains("'lo' is not an address", await api.RefusedAsync(400, "POST", "/services/create", Publishing("three", On("lo"))));
    }

    [Fact]
    public async Task DockersUpdates_KeepTheAddress_AndAnEmptyOneTakesItAway()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Publishing("web", On("127.0.0.1") with { PreserveSource = true, PreferLocal = false }, On("10.1.1.1"), new() { TargetPort = 81, PublishedPort = 8081 }));
        await DockerClient.OkAsync(api, null, "service", "update", "--detach", "--label-add", "team=a", "web");
        Assert.Equal(["127.0.0.1", "10.1.1.1", null], await PublishedAsync(api, "Spec", "EndpointSpec"));
        Assert.Equal(["127.0.0.1", "10.1.1.1", null], await PublishedAsync(api, "Endpoint"));
        await DockerClient.OkAsync(api, null, "service", "update", "--detach", "--publish-rm", "81", "--publish-add", "8082:82", "web");
        Assert.Equal("*:8080->80/tcp, *:8082->82/tcp\n", await DockerClient.OkAsync(api, null, "service", "ls", "--format", "{{.Ports}}"));
        // Of ports that look the same to it the docker client keeps one.
        Assert.Equal(["127.0.0.1", null], await PublishedAsync(api, "Endpoint"));

        Assert.Equal((true, null), api.Membership.Store.Current.ServiceNamed("web")!.Spec.EndpointSpec!.Ports!.Where(port => port.HostIP == "127.0.0.1").Select(port => (port.PreserveSource, port.PreferLocal)).Single());
        var service = api.Membership.Store.Current.ServiceNamed("web")!;
        await api.OkAsync("POST", $"/services/web/update?version={service.Version.Index}", Publishing("web", On("")));
        Assert.Equal([null], await PublishedAsync(api, "Endpoint"));
    }

    private static PortConfig On(string address) => new() { TargetPort = 80, PublishedPort = 8080, Protocol = PortProtocol.Tcp, PublishMode = PublishMode.Ingress, HostIP = address };

    private static ServiceSpec Publishing(string name, params PortConfig[] ports) =>
        new() { Name = name, TaskTemplate = new() { ContainerSpec = new() { Image = "a" } }, EndpointSpec = new() { Ports = ports.ToValueList() } };

    private static async Task<IEnumerable<string?>> PublishedAsync(ApiHarness api, params string[] path) =>
        path.Aggregate((await api.OkAsync("GET", "/services/web"))!, (place, name) => place[name]!)["Ports"]!.Select(port => (string?)port["HostIP"]);
}
