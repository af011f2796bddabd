using SwarmPS.Allocation;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Tests.Allocation;

public sealed class PortAllocationTests
{
    private Snapshot state = Snapshot.Empty;

    [Fact]
    public void PortsThatAreNotNamed_AreTheFirstFreeOfTheRange_EachProtocolForItself()
    {
        Has("web", new PortConfig { TargetPort = 80 }, new PortConfig { TargetPort = 443 });
        Has("db", new PortConfig { TargetPort = 53 }, new PortConfig { TargetPort = 53, Protocol = PortProtocol.Udp });
        Assert.Equal([30_000u, 30_001u], Published("web"));
        Assert.Equal([30_002u, 30_000u], Published("db"));
    }

    [Fact]
    public void PortThatWasChosen_StaysOverAnUpdate()
    {
        Has("web", new PortConfig { TargetPort = 80 });
        Has("db", new PortConfig { TargetPort = 80 });
        state = state.With([StoreChange.Delete(state.Services.Find("web")!)]);
        Has("db", new PortConfig { TargetPort = 80 }, new PortConfig { TargetPort = 81 });
        Assert.Equal([30_001u, 30_000u], Published("db"));
    }

    [Fact]
    public void PortOfAnotherService_IsRefused_AndNamesIt()
    {
        Has("web", new PortConfig { TargetPort = 80, PublishedPort = 8080 }, new PortConfig { TargetPort = 81, PublishedPort = 8081, PublishMode = PublishMode.Host });
        Assert.Contains("port '8080' is already in use by service 'web' (web) as an ingress port", Refusal("db", 8080));
        Assert.Contains("port '8081' is already in use by service 'web' (web) as a host-published port", Refusal("db", 8081));
        Has("web", new PortConfig { TargetPort = 90, PublishedPort = 8080 });
        Has("dns", new PortConfig { TargetPort = 90, PublishedPort = 8080, Protocol = PortProtocol.Udp });
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public void OfSeveralServicesWithThePort_TheOneCreatedFirstIsNamed(string first, string second)
    {
        Has(first, new PortConfig { TargetPort = 80, PublishedPort = 8080, HostIP = "127.0.0.1" });
        Has(second, new PortConfig { TargetPort = 80, PublishedPort = 8080, HostIP = "172.30.0.1" });
        state = state.With([
            StoreChange.Put(state.Services.Find(first)! with { CreatedAt = new(1) }),
            StoreChange.Put(state.Services.Find(second)! with { CreatedAt = new(2) }),
        ]);
        Assert.Contains($"in use by service '{first}'", Refusal("c", 8080));
    }

    [Fact]
    public void HostPorts_AreNoneOfItsBusiness()
    {
        var host = new PortConfig { TargetPort = 80, PublishMode = PublishMode.Host };
        Has("web", host);
        Assert.Equal(host, Assert.Single(state.Services.Find("web")!.Endpoint!.Ports!));
    }

    [Fact]
    public void WithoutAFreePort_ItSaysSo_AndGivesTheOthers()
    {
        Has("many", [.. Enumerable.Range(0, (int)(PortAllocation.DynamicLast - PortAllocation.DynamicFirst + 1)).Select(number => new PortConfig { TargetPort = (uint)number + 1 })]);
        var service = Wanted("web", new PortConfig { TargetPort = 80 }, new PortConfig { TargetPort = 81, PublishedPort = 8081 });
        var (ports, taken) = PortAllocation.Try(state, service);
        Assert.Contains("no port from 30000 to 32767 is free for 80/tcp", taken!.Message);
        Assert.Equal([8081u], ports!.Where(port => port.PublishedPort != 0).Select(port => port.PublishedPort));
    }

    private string Refusal(string id, uint port) =>
        Assert.Throws<SwarmException>(() => Has(id, new PortConfig { TargetPort = 80, PublishedPort = port })).Message;

    private IEnumerable<uint> Published(string id) => state.Services.Find(id)!.Endpoint!.Ports!.Select(port => port.PublishedPort);

    private Service Wanted(string id, params PortConfig[] ports) =>
        (state.Services.Find(id) ?? new() { Id = id }) with { Spec = new() { Name = id, EndpointSpec = new() { Ports = ports.ToValueList() } } };

    private void Has(string id, params PortConfig[] ports)
    {
        var service = Wanted(id, ports);
        state = state.With([StoreChange.Put(service with { Endpoint = PortAllocation.EndpointOf(service, PortAllocation.Allot(state, service)) })]);
    }
}
