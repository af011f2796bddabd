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

    private static Node NodeOf(string id, string gateway) => new() { Id = id, Status = new() { State = NodeState.Ready, Addr = "10.0.0.7" }, Gateways = [new("back", gateway)] };

    private static SwarmTask TaskOf(string id, string node, int host) => new()
    {
        Id = id, NodeId = node, Status = new() { State = TaskState.Running }, DesiredState = TaskState.Running, NetworksAttachments = [new(new() { Id = "back" }, [$"10.0.1.{host}/24"])],
    };
}
