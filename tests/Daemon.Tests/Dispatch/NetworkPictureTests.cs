using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>What a node is told of the swarm's networks.</summary>
public sealed class NetworkPictureTests
{
    private readonly NetworkPicture picture;
    private uint port = SwarmDefaults.DataPathPort;

    public NetworkPictureTests()
    {
        picture = new() { DataPathPort = () => port };
        Put(NetworkOf("back", "10.0.1.0/24", 4097));
        Put(NodeOf("n1", "172.30.0.1", ("back", "10.0.1.1")));
        Put(NodeOf("n2", "172.30.0.2", ("back", "10.0.1.2")));
        Put(NodeOf("n3", "172.30.0.3"));
        Put(ServiceOf("web", "10.0.1.3/24", "www"));
        Put(TaskOf("t1", "n1", "10.0.1.4/24"));
        Put(TaskOf("t2", "n2", "10.0.1.5/24"));
    }

    [Fact]
    public void Node_SeesItsNetwork_WithItsOwnTasksHere_AndTheOthersWhereTheyAre()
    {
        var seen = picture.Find("back", "n1")!;
        Assert.Equal(("back", "net-back", 4097u, "10.0.1.0/24", "10.0.1.1", 1450, false, false), (seen.Id, seen.Name, seen.Vni, seen.Subnet, seen.Gateway, seen.Mtu, seen.Internal, seen.Ingress));
        Assert.Equal([new("10.0.1.2", "02:42:0a:00:01:02", "172.30.0.2")], seen.Gateways);
        Assert.Equal(
            [new("t1", "web", "10.0.1.4", "02:42:0a:00:01:04", "", true), new("t2", "web", "10.0.1.5", "02:42:0a:00:01:05", "172.30.0.2", true)],
            seen.Endpoints);
        var service = Assert.Single(seen.Services);
        Assert.Equal(("web", "name-web", "10.0.1.3", "www"), (service.Id, service.Name, service.VirtualAddress, Assert.Single(service.Aliases)));
        Assert.Equal(["back"], picture.NetworksOf("n1"));
    }

    [Fact]
    public void NodeWithoutTasks_TakesNoPart()
    {
        Assert.Null(picture.Find("back", "n3"));
        Assert.Empty(picture.NetworksOf("n3"));
        Assert.False(picture.Concerns("n3", ["back"]));
        Assert.True(picture.Concerns("n1", ["back"]));
    }

    [Theory]
    [InlineData(TaskState.Starting, TaskState.Running, null, false)]
    [InlineData(TaskState.Running, TaskState.Running, null, true)]
    [InlineData(TaskState.Running, TaskState.Running, "unhealthy container", false)]
    [InlineData(TaskState.Running, TaskState.Complete, null, true)]
    [InlineData(TaskState.Running, TaskState.Shutdown, null, false)]
    [InlineData(TaskState.Running, TaskState.Remove, null, false)]
    public void Task_ServesWhileItRuns_IsHealthy_AndIsWanted(TaskState state, TaskState desired, string? err, bool serving)
    {
        Put(TaskOf("t2", "n2", "10.0.1.5/24") with { Status = new() { State = state, Err = err }, DesiredState = desired });
        Assert.Equal(serving, picture.Find("back", "n1")!.Endpoints[1].Serving);
    }

    [Fact]
    public void NobodyIsLedToTasks_OfANodeThatIsDown_UntilItIsBack()
    {
        var node = NodeOf("n2", "172.30.0.2", ("back", "10.0.1.2"));
        Assert.Equal(["back"], Put(node with { Status = node.Status with { State = NodeState.Down } }).Networks);
        Assert.Equal([true, false], picture.Find("back", "n1")!.Endpoints.Select(endpoint => endpoint.Serving));
        // The node itself, if it still runs, has no better one than its own.
        Assert.True(picture.Find("back", "n2")!.Endpoints[1].Serving);
        Assert.Equal(["back"], Put(node with { Status = node.Status with { State = NodeState.Ready } }).Networks);
        Assert.Equal([true, true], picture.Find("back", "n1")!.Endpoints.Select(endpoint => endpoint.Serving));
    }

    [Fact]
    public void TaskThatEnds_LeavesTheNetwork_AndTakesItsNodeOut()
    {
        Assert.NotNull(picture.Find("back", "n2"));
        var concerned = Put(TaskOf("t2", "n2", "10.0.1.5/24") with { Status = new() { State = TaskState.Shutdown } });
        Assert.Equal(["back"], concerned.Networks);
        Assert.True(picture.Concerns("n2", ["back"]));
        Assert.Null(picture.Find("back", "n2"));
        Assert.False(picture.Concerns("n2", ["back"]));
        var left = picture.Find("back", "n1")!;
        Assert.Equal(["t1"], left.Endpoints.Select(endpoint => endpoint.Task));
        Assert.Empty(left.Gateways);
    }

    [Fact]
    public void Changes_ConcernOnlyTheirOwnNetworks_AndNoneWhereNothingIsNew()
    {
        Assert.Empty(Put(TaskOf("t2", "n2", "10.0.1.5/24") with { Status = new() { State = TaskState.Running, Message = "again" } }).Networks);
        Assert.Empty(Put(ServiceOf("web", "10.0.1.3/24", "www") with { UpdateStatus = new() }).Networks);
        Assert.Empty(Put(new SwarmTask { Id = "free", NodeId = "n1", Status = new() { State = TaskState.Running } }).Networks);
        Assert.Equal(["back"], Put(ServiceOf("web", "10.0.1.9/24", "www")).Networks);
        Assert.Equal(["back"], Put(NodeOf("n2", "172.30.0.9", ("back", "10.0.1.2"))).Networks);
        Assert.Equal("172.30.0.9", Assert.Single(picture.Find("back", "n1")!.Gateways).DataPath);
    }

    [Fact]
    public void Nodes_AreReached_AtTheirDataPathAddresses_OnTheSwarmsPort()
    {
        var said = NodeOf("n2", "172.30.0.2", ("back", "10.0.1.2")) with { Description = new() { DataPathAddr = "192.168.7.2" } };
        Assert.Equal(["back"], Put(said).Networks);
        Assert.Empty(Put(said with { Status = new() { State = NodeState.Ready, Addr = "172.30.0.8" } }).Networks);
        var seen = picture.Find("back", "n1")!;
        Assert.Equal(("192.168.7.2", "192.168.7.2", 4789u), (seen.Gateways[0].DataPath, seen.Endpoints[1].DataPath, seen.DataPathPort));
        port = 5000;
        Assert.Equal(5000u, picture.Find("back", "n1")!.DataPathPort);
    }

    [Fact]
    public void ServiceThatLeavesANetwork_IsKnownThereNoMore()
    {
        var left = ServiceOf("web", "10.0.1.3/24", "www") with { Spec = new() { Name = "name-web" }, Endpoint = null };
        Assert.Equal(["back"], Put(left).Networks);
        Assert.Empty(picture.Find("back", "n1")!.Services);
    }

    [Fact]
    public void MeshPorts_AreThoseOfAllServices_AndEveryNodeIsOnTheMeshsNetwork()
    {
        Assert.True(Put(Publishing(new() { TargetPort = 80, PublishedPort = 8080 }, new() { TargetPort = 53, PublishedPort = 30000, Protocol = PortProtocol.Udp }, new() { TargetPort = 81, PublishedPort = 81, PublishMode = PublishMode.Host })).All);
        Assert.Equal([new("web", "tcp", 8080, 80), new("web", "udp", 30000, 53)], picture.Ports);
        Assert.False(Put(Publishing(new() { TargetPort = 80, PublishedPort = 8080 }, new() { TargetPort = 53, PublishedPort = 30000, Protocol = PortProtocol.Udp })).All);
        Put(NetworkOf("mesh", "10.0.0.0/24", 4096) with { Spec = new() { Name = "ingress", Ingress = true } });
        Put(NodeOf("n3", "172.30.0.3", ("mesh", "10.0.0.3")));
        Assert.Equal(["mesh"], picture.NetworksOf("n3"));
        Assert.True(picture.Find("mesh", "n3") is { Ingress: true, Gateway: "10.0.0.3" });

        static Service Publishing(params PortConfig[] ports) => ServiceOf("web", "10.0.1.3/24", "www") with { Endpoint = new() { Ports = ports.ToValueList() } };
    }

    [Fact]
    public void EncryptedNetwork_NamesTheOthersTunnels_AndIsKeptFromNodesWithoutOne()
    {
        Put(Encrypted(NetworkOf("back", "10.0.1.0/24", 4097), ""));
        Assert.Null(picture.Find("back", "n1"));
        Put(WithTunnel(NodeOf("n1", "172.30.0.1", ("back", "10.0.1.1")), 11));
        Assert.Equal(["back"], Put(WithTunnel(NodeOf("n2", "172.30.0.2", ("back", "10.0.1.2")), 12)).Networks);
        var seen = picture.Find("back", "n1")!;
        Assert.Equal((true, NetworkOptions.EncryptedMtuDefault, new RemoteTunnel("172.30.0.2", 12)), (seen.Encrypted, seen.Mtu, Assert.Single(seen.Tunnels)));
        // A daemon that was started again has another one.
        Assert.Equal(["back"], Put(WithTunnel(NodeOf("n2", "172.30.0.2", ("back", "10.0.1.2")), 13)).Networks);
        Put(Encrypted(NetworkOf("back", "10.0.1.0/24", 4097), "false"));
        Assert.True(picture.Find("back", "n1") is { Encrypted: false, Tunnels: [], Mtu: NetworkOptions.MtuDefault });
    }

    private static Network Encrypted(Network network, string value) =>
        network with { Spec = network.Spec with { DriverConfiguration = new() { Name = NetworkOptions.Driver, Options = new([new(NetworkOptions.Encrypted, value)]) } } };

    private static Node WithTunnel(Node node, ulong id) => node with { Description = new() { TunnelId = id } };

    private static Network NetworkOf(string id, string subnet, uint vni) => new()
    {
        Id = id,
        Spec = new() { Name = "net-" + id },
        DriverState = new() { Name = NetworkOptions.Driver, Options = new([new(NetworkOptions.Vni, $"{vni}")]) },
        IPAMOptions = new() { Configs = [new(subnet)] },
    };

    private static Node NodeOf(string id, string address, params (string Network, string Address)[] gateways) => new()
    {
        Id = id,
        Status = new() { State = NodeState.Ready, Addr = address },
        Gateways = gateways.Select(gateway => new NodeGateway(gateway.Network, gateway.Address)).ToValueList(),
    };

    private static Service ServiceOf(string id, string address, string alias) => new()
    {
        Id = id,
        Spec = new() { Name = "name-" + id, TaskTemplate = new() { Networks = [new() { Target = "back", Aliases = [alias] }] } },
        Endpoint = new() { VirtualIPs = [new("back", address)] },
    };

    private static SwarmTask TaskOf(string id, string node, string address) => new()
    {
        Id = id,
        ServiceId = "web",
        NodeId = node,
        Status = new() { State = TaskState.Running },
        DesiredState = TaskState.Running,
        NetworksAttachments = [new(new() { Id = "back" }, [address])],
    };

    private (IReadOnlyCollection<string> Networks, bool All) Put(StoreObject item) => picture.Observe(new(item.Kind, null, item));
}
