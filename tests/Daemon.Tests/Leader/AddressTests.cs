using System.Globalization;
using SwarmPS.Allocation;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Leader;

/// <summary>Which addresses of the swarm's networks services, tasks and nodes get from the leader's rounds, and that they come back.</summary>
public sealed class AddressTests
{
    private ControlRound round;
    private Snapshot state = Snapshot.Empty;
    private Timestamp now = new(1_000_000_000_000);
    private int ids;

    public AddressTests()
    {
        round = NewRound();
        Make([StoreChange.Put(new SwarmObject { Id = "swarm" }), Node("n1"), Node("n2"), Node("n3")]);
    }

    [Fact]
    public void Service_GetsAVirtualAddress_ItsTasksOneEach_AndTheirNodesAGateway()
    {
        Network("back", "10.0.9.0/24");
        Service("web", 4, "back");
        Assert.Equal("back", Assert.Single(Service("web").Endpoint!.VirtualIPs!).NetworkId);
        Assert.EndsWith("/24", Service("web").Endpoint!.VirtualIPs![0].Addr);
        Assert.All(Live("web"), task => Assert.Equal(TaskState.Assigned, task.Status.State));
        Assert.All(Live("web"), task => Assert.EndsWith("/24", Assert.Single(Assert.Single(task.NetworksAttachments!).Addresses!)));
        Assert.Equal(["n1", "n2", "n3"], state.Nodes.All.Where(node => node.Gateways.OrEmpty().Any()).Select(node => node.Id).Order());
        Audit();
    }

    [Fact]
    public void Service_OfTwoNetworks_IsInBoth_AndOneWithoutVirtualAddressHasNone()
    {
        Network("back", "10.0.9.0/24");
        Network("front", "10.0.8.0/24");
        Service("web", 1, "back", "front");
        Service("db", 1, spec => spec with { EndpointSpec = new() { Mode = EndpointMode.Dnsrr } }, "back");
        Assert.Equal(["back", "front"], Service("web").Endpoint!.VirtualIPs!.Select(address => address.NetworkId));
        Assert.Equal(["back", "front"], Live("web").Single().NetworksAttachments!.Select(attachment => attachment.Network!.Id));
        Assert.Null(Service("db").Endpoint?.VirtualIPs);
        Assert.Single(Live("db").Single().NetworksAttachments!);
        Audit();
    }

    [Fact]
    public void FullNetwork_IsToldByTheTaskThatWaits_UntilAnAddressComesBack()
    {
        // Six addresses: the network's own gateway, the service's, and two for the two tasks and the gateways of their nodes.
        Network("small", "10.0.9.0/29");
        Service("web", 3, "small");
        var waits = Assert.Single(Live("web"), task => task.Status.State == TaskState.New);
        Assert.Equal(
            "network small has no free address: its 6 are taken by tasks, services and nodes, or kept for them. Take services off it, or move them to a network with a larger subnet",
            waits.Status.Err);
        Assert.Equal(2, Live("web").Count(task => task.Status.State == TaskState.Assigned));
        Audit();
        Scale("web", 2);
        Run();
        Scale("web", 1);
        Run();
        Service("db", 1, spec => spec with { EndpointSpec = new() { Mode = EndpointMode.Dnsrr } }, "small");
        Assert.Equal(TaskState.Assigned, Live("db").Single().Status.State);
        Audit();
    }

    [Fact]
    public void WhatIsRemoved_GivesItsAddressesBack()
    {
        Network("back", "10.0.9.0/24");
        Service("web", 5, "back");
        Run();
        Make([StoreChange.Delete(Service("web"))]);
        Run();
        Assert.Empty(state.Tasks.All);
        Assert.All(state.Nodes.All, node => Assert.Empty(node.Gateways.OrEmpty()));
        Audit();
    }

    [Fact]
    public void NetworksThatChange_MoveTasksAndVirtualAddress()
    {
        Network("back", "10.0.9.0/24");
        Network("front", "10.0.8.0/24");
        Service("web", 1, "back");
        Run();
        Update("web", spec => spec with { TaskTemplate = spec.TaskTemplate with { Networks = [new() { Target = "front" }] } });
        Settle();
        Assert.Equal("front", Assert.Single(Service("web").Endpoint!.VirtualIPs!).NetworkId);
        Assert.Equal("front", Assert.Single(Live("web").Single().NetworksAttachments!).Network!.Id);
        Assert.All(state.Nodes.All.SelectMany(node => node.Gateways.OrEmpty()), gateway => Assert.Equal("front", gateway.NetworkId));
        Update("web", spec => spec with { EndpointSpec = new() { Mode = EndpointMode.Dnsrr } });
        Assert.Null(Service("web").Endpoint?.VirtualIPs);
        Audit();
    }

    [Fact]
    public void FirstMeshedPort_BringsTasksOntoTheMeshsNetwork_AndEveryNodeAGateway()
    {
        Make([StoreChange.Put(NetworkAllocation.AllotIngress(state, "mesh"))]);
        Service("web", 2);
        Run();
        Assert.All(Live("web"), task => Assert.Null(task.NetworksAttachments));
        Update("web", spec => spec with { EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080 }] } });
        Settle();
        Assert.All(Live("web"), task => Assert.Equal("mesh", Assert.Single(task.NetworksAttachments!).Network!.Id));
        Assert.All(state.Nodes.All, node => Assert.Equal("mesh", Assert.Single(node.Gateways!).NetworkId));
        Make([Node("n4")]);
        Assert.Equal("mesh", Assert.Single(state.Nodes.Find("n4")!.Gateways!).NetworkId);
        Assert.Null(Service("web").Endpoint?.VirtualIPs);
        var ran = Live("web").Select(task => task.Id).ToList();
        Update("web", spec => spec with { EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8081 }] } });
        Settle();
        Assert.Equal(ran.Order(), Live("web").Select(task => task.Id).Order());
        Audit();
    }

    [Fact]
    public void UpdateThatIsTurnedBack_TakesItsPortsBackToo()
    {
        Make([StoreChange.Put(NetworkAllocation.AllotIngress(state, "mesh"))]);
        Service("web", 1, spec => spec with { EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080 }] } });
        var service = Service("web") with { Spec = Service("web").Spec with { EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = 9090 }] } } };
        Make([StoreChange.Put(service with { Endpoint = PortAllocation.EndpointOf(service, PortAllocation.Allot(state, service)) })]);
        Assert.Equal(9090u, Service("web").Endpoint!.Ports!.Single().PublishedPort);
        // As the orchestrator does it, which knows nothing of ports.
        Make([StoreChange.Put(Service("web") with { Spec = service.Spec with { EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080 }] } } })]);
        Assert.Equal(8080u, Service("web").Endpoint!.Ports!.Single().PublishedPort);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomChanges_NeitherLeakNorShareAddresses(int seed)
    {
        var random = new Random(seed);
        Network("back", "10.0.9.0/27");
        Network("front", "10.0.8.0/24");
        Make([StoreChange.Put(NetworkAllocation.AllotIngress(state, "mesh"))]);
        for (var step = 0; step < 300; step++)
        {
            var name = $"s{random.Next(6)}";
            switch (random.Next(8))
            {
                case 0 when state.Services.Find(name) is null:
                    Service(name, random.Next(1, 8), random.Next(2) == 0 ? ["back"] : ["back", "front"]);
                    break;
                case 1 when state.Services.Find(name) is { } gone:
                    Make([StoreChange.Delete(gone)]);
                    break;
                case 2 when state.Services.Find(name) is not null:
                    Scale(name, random.Next(8));
                    break;
                case 3 when state.Services.Find(name) is not null:
                    Update(name, spec => spec with { TaskTemplate = spec.TaskTemplate with { Networks = [new() { Target = random.Next(2) == 0 ? "front" : "back" }] } });
                    break;
                case 4 when state.Services.Find(name) is not null:
                    Update(name, spec => spec with { EndpointSpec = new() { Mode = random.Next(2) == 0 ? EndpointMode.Vip : EndpointMode.Dnsrr, Ports = random.Next(2) == 0 ? null : [new() { TargetPort = 80, PublishedPort = 8000 + (uint)random.Next(99) }] } });
                    break;
                case 5:
                    var node = state.Nodes.Find($"n{random.Next(1, 4)}")!;
                    Make([StoreChange.Put(node with { Status = new() { State = node.Status.State == NodeState.Ready ? NodeState.Down : NodeState.Ready } })]);
                    break;
                case 6:
                    // Another leader.
                    round = NewRound();
                    Make([]);
                    break;
                default:
                    Run();
                    break;
            }
            now += TimeSpan.FromSeconds(random.Next(10));
            Audit();
        }
        foreach (var node in state.Nodes.All.ToList())
            Make([StoreChange.Put(node with { Status = new() { State = NodeState.Ready } })]);
        foreach (var service in state.Services.All.ToList())
            Make([StoreChange.Delete(service)]);
        Run();
        Audit();
        Assert.Empty(state.Tasks.All);
        Assert.All(state.Nodes.All, node => Assert.Equal("mesh", Assert.Single(node.Gateways!).NetworkId));
    }

    /// <summary>No two have one address, each is in its network's subnet, and who should have some has them.</summary>
    private void Audit()
    {
        var held = state.Services.All.SelectMany(service => (service.Endpoint?.VirtualIPs).OrEmpty().Select(address => (service.Id, address.NetworkId!, address.Addr!)))
            .Concat(state.Nodes.All.SelectMany(node => node.Gateways.OrEmpty().Select(gateway => (node.Id, gateway.NetworkId, gateway.Address))))
            .Concat(state.Tasks.All.Where(task => task.Status.State <= TaskState.Running).SelectMany(task => task.NetworksAttachments.OrEmpty().Select(one => (task.Id, one.Network!.Id, one.Addresses!.Single()))))
            .ToList();
        var seen = new Dictionary<(string, uint), string>();
        foreach (var (holder, networkId, text) in held)
        {
            Assert.True(Subnet.TryParseAddress(text, out var address) && Subnet.TryParse(NetworkUse.SubnetOf(state.Networks.Find(networkId)!), out var subnet) && subnet.Contains(address), text);
            Assert.True(seen.TryAdd((networkId, address), holder), $"{holder} and {seen[(networkId, address)]} have {text} of {networkId}");
        }
        foreach (var task in state.Tasks.All.Where(task => task is { NodeId.Length: > 0, Status.State: >= TaskState.Assigned and <= TaskState.Running }))
        {
            foreach (var attachment in task.NetworksAttachments.OrEmpty())
                Assert.Contains(state.Nodes.Find(task.NodeId)!.Gateways.OrEmpty(), gateway => gateway.NetworkId == attachment.Network!.Id);
        }
        foreach (var (nodeId, networkId) in state.Nodes.All.SelectMany(node => node.Gateways.OrEmpty().Select(gateway => (node.Id, gateway.NetworkId))).Where(pair => pair.NetworkId != "mesh"))
            Assert.Contains(state.TasksOfNode(nodeId), task => task.Status.State <= TaskState.Running && NetworkUse.IsOn(task, networkId));
    }

    private ControlRound NewRound() => new(() => (++ids).ToString("D6", CultureInfo.InvariantCulture));

    private static StoreChange Node(string id) => StoreChange.Put(new Node
    {
        Id = id,
        Spec = new() { Role = NodeRole.Worker, Availability = NodeAvailability.Active },
        Status = new() { State = NodeState.Ready },
    });

    private void Network(string id, string subnet) =>
        Make([StoreChange.Put(NetworkAllocation.Allot(state, id, new() { Name = id, IPAMOptions = new() { Configs = [new(subnet)] } }))]);

    private Service Service(string id) => state.Services.Find(id)!;

    private IEnumerable<SwarmTask> Live(string service) => state.TasksOfService(service).Where(task => task.DesiredState <= TaskState.Running);

    private void Service(string id, int replicas, params string[] networks) => Service(id, replicas, spec => spec, networks);

    private void Service(string id, int replicas, Func<ServiceSpec, ServiceSpec> with, params string[] networks)
    {
        var spec = with(new()
        {
            Name = id,
            TaskTemplate = new() { ContainerSpec = new() { Image = "web:1" }, Networks = networks.Length == 0 ? null : networks.Select(name => new NetworkAttachmentConfig { Target = name }).ToValueList() },
            Mode = new() { Replicated = new((ulong)replicas) },
        });
        Make([StoreChange.Put(ServiceUpdates.Create(id, spec, state.Version + 1, now))]);
    }

    private void Scale(string id, int replicas) => Update(id, spec => spec with { Mode = new() { Replicated = new((ulong)replicas) } });

    private void Update(string id, Func<ServiceSpec, ServiceSpec> with) =>
        Make([StoreChange.Put(ServiceUpdates.Apply(Service(id), with(Service(id).Spec), state.Version + 1, now))]);

    private void Settle()
    {
        for (var i = 0; i < 20; i++)
        {
            Run();
            now += TimeSpan.FromSeconds(10);
            Make([]);
        }
    }

    /// <summary>The nodes that are ready do what they are told.</summary>
    private void Run()
    {
        foreach (var task in state.Tasks.All.Where(task => task.Status.State is >= TaskState.Assigned and <= TaskState.Running).ToList())
        {
            if (state.Nodes.Find(task.NodeId)?.Status.State != NodeState.Ready || state.Tasks.Find(task.Id) is not { } current)
                continue;
            var reached = current.DesiredState >= TaskState.Shutdown ? TaskState.Shutdown : current.DesiredState;
            if (reached > current.Status.State)
                Make([StoreChange.Put(current with { Status = current.Status with { State = reached, Timestamp = now } })]);
        }
    }

    /// <summary>Makes changes, and lets the leader decide until it has nothing more to do.</summary>
    private void Make(IReadOnlyCollection<StoreChange> changes)
    {
        while (true)
        {
            (state, var made) = state.Try(transaction => transaction.Apply(changes), now);
            round.Observe(state, new(false, made));
            if (!round.HasWork(now))
                return;
            changes = round.Decide(state, [], now);
        }
    }
}
