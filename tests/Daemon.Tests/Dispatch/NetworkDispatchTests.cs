using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>How nodes hear of the swarm's networks.</summary>
public sealed class NetworkDispatchTests : IAsyncDisposable
{
    private readonly DispatchHarness swarm = new();

    public ValueTask DisposeAsync() => swarm.DisposeAsync();

    [Fact]
    public async Task Networks_ComeWithTheFirstMessage_ThenAsTheyChange_AndGoWithTheLastTask()
    {
        await swarm.PutAsync(
            new Network { Id = "back", Spec = new() { Name = "back" }, IPAMOptions = new() { Configs = [new("10.0.1.0/24")] } },
            new Network { Id = "other", Spec = new() { Name = "other" } },
            NodeOf("node1", "10.0.1.1"), NodeOf("node2", "10.0.1.2"), TaskOf("a", "node1", 4));
        await using var session = swarm.Open();
        var first = await session.NextAsync();
        Assert.Equal(["a"], Assert.Single(first.Networks).Endpoints.Select(endpoint => endpoint.Task));
        Assert.Empty(first.MeshPorts!);
        await swarm.PutAsync(TaskOf("b", "node2", 5));
        var more = await session.NextAsync();
        Assert.Empty(more.Tasks);
        Assert.Equal(["a", "b"], Assert.Single(more.Networks).Endpoints.Select(endpoint => endpoint.Task));
        Assert.Null(more.MeshPorts);
        await swarm.PutAsync(new Service { Id = "web", Endpoint = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080 }] } });
        Assert.Equal([new MeshPort("web", "tcp", 8080, 80)], (await session.NextAsync()).MeshPorts);
        await swarm.DeleteAsync(swarm.Found("a")!);
        var last = await session.NextAsync();
        Assert.Equal(["back"], last.RemovedNetworks);
    }

    [Fact]
    public async Task TaskThatIsToStop_IsToldToAllNodesAsNotServing()
    {
        await swarm.PutAsync(
            new Network { Id = "back", IPAMOptions = new() { Configs = [new("10.0.1.0/24")] } }, NodeOf("node1", "10.0.1.1"), NodeOf("node2", "10.0.1.2"), TaskOf("a", "node1", 4), TaskOf("b", "node2", 5));
        await using var session = swarm.Open();
        Assert.True(Assert.Single((await session.NextAsync()).Networks).Endpoints[1].Serving);
        await swarm.PutAsync(swarm.Found("b")! with { DesiredState = TaskState.Shutdown });
        Assert.False(Assert.Single((await session.NextAsync()).Networks).Endpoints[1].Serving);
    }

    [Fact]
    public async Task KeysOfEncryptedNetworks_ComeToNodesOnOne_ChangeWithTheSwarms_AndAreTakenBackAfterIt()
    {
        TunnelKeyRing ring = new([new(1, new([1])), new(2, new([2]))], 1, Timestamp.Zero);
        var encrypted = new NetworkDriver { Name = NetworkOptions.Driver, Options = new([new(NetworkOptions.Encrypted, "")]) };
        await swarm.PutAsync(
            new SwarmObject { Id = "swarm", TunnelKeys = ring },
            new Network { Id = "back", Spec = new() { DriverConfiguration = encrypted }, IPAMOptions = new() { Configs = [new("10.0.1.0/24")] } },
            new Network { Id = "plain", IPAMOptions = new() { Configs = [new("10.0.1.0/24")] } },
            NodeOf("node1", "10.0.1.1"), TaskOf("a", "node1", 4), NodeOf("node2", "10.0.1.2") with { Gateways = [new("plain", "10.0.1.2")] },
            TaskOf("b", "node2", 5) with { NetworksAttachments = [new(new() { Id = "plain" }, ["10.0.1.5/24"])] });
        await using var other = swarm.Open("node2", new() { TunnelId = 2 });
        Assert.True(await other.NextAsync() is { TunnelKeys: null, Networks: [{ Id: "plain" }] });
        await using var session = swarm.Open(description: new() { TunnelId = 1 });
        var first = await session.NextAsync();
        var told = first.TunnelKeys ?? (await session.NextAsync()).TunnelKeys;
        Assert.Equal(ring, told);
        var next = ring with { Epoch = 2 };
        await swarm.PutAsync(swarm.Store.Current.Swarm! with { TunnelKeys = next });
        Assert.True(await session.NextAsync() is { Networks: [], TunnelKeys: { Epoch: 2 } });
        await swarm.DeleteAsync(swarm.Found("a")!);
        Assert.Equal(TunnelKeyRing.Empty, (await session.NextAsync()).TunnelKeys);
    }

    private static Node NodeOf(string id, string gateway) => new() { Id = id, Status = new() { State = NodeState.Ready, Addr = "10.0.0.7" }, Gateways = [new("back", gateway)] };

    private static SwarmTask TaskOf(string id, string node, int host) => new()
    {
        Id = id, NodeId = node, Status = new() { State = TaskState.Running }, DesiredState = TaskState.Running, NetworksAttachments = [new(new() { Id = "back" }, [$"10.0.1.{host}/24"])],
    };
}
