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
        await session.UntilAsync(view => view.TasksOf("back").SequenceEqual(["a"]), "a's place in the network");
        Assert.Equal(["back"], session.View.Networks.Keys);
        Assert.Empty(session.View.Ports);
        await swarm.PutAsync(TaskOf("b", "node2", 5));
        await session.UntilAsync(view => view.TasksOf("back").SequenceEqual(["a", "b"]), "b's place in the network");
        Assert.Equal(["a"], session.View.Tasks.Keys);
        await swarm.PutAsync(new Service { Id = "web", Endpoint = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080 }] } });
        await session.UntilAsync(view => view.Ports.Equals([new MeshPort("web", "tcp", 8080, 80)]), "the published port");
        await swarm.DeleteAsync(swarm.Found("a")!);
        await session.UntilAsync(view => view.Networks.Count == 0, "that it takes no part in the network any more");
    }

    [Fact]
    public async Task TaskThatIsToStop_IsToldToAllNodesAsNotServing()
    {
        await swarm.PutAsync(
            new Network { Id = "back", IPAMOptions = new() { Configs = [new("10.0.1.0/24")] } }, NodeOf("node1", "10.0.1.1"), NodeOf("node2", "10.0.1.2"), TaskOf("a", "node1", 4), TaskOf("b", "node2", 5));
        await using var session = swarm.Open();
        await session.UntilAsync(view => Serving(view, "b") == true, "that b serves");
        await swarm.PutAsync(swarm.Found("b")! with { DesiredState = TaskState.Shutdown });
        await session.UntilAsync(view => Serving(view, "b") == false, "that b does not serve any more");
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
        await other.UntilAsync(view => view.Networks.ContainsKey("plain"), "the plain network");
        await using var session = swarm.Open(description: new() { TunnelId = 1 });
        await session.UntilAsync(view => ring.Equals(view.Keys), "the keys");
        var next = ring with { Epoch = 2 };
        await swarm.PutAsync(swarm.Store.Current.Swarm! with { TunnelKeys = next });
        await session.UntilAsync(view => next.Equals(view.Keys), "the next keys");
        await swarm.DeleteAsync(swarm.Found("a")!);
        await session.UntilAsync(view => view.Keys is null && view.Networks.Count == 0, "that it needs no keys any more");
        // Whatever came to it until a change of its own: it has no encrypted network, so it never had a key.
        await swarm.PutAsync(TaskOf("c", "node2", 6) with { NetworksAttachments = [] });
        await other.UntilAsync(view => view.Tasks.ContainsKey("c"), "its further task");
        Assert.Null(other.View.Keys);
        Assert.Equal(["plain"], other.View.Networks.Keys);
    }

    private static bool? Serving(SessionView view, string task) =>
        view.Networks.GetValueOrDefault("back")?.Endpoints.FirstOrDefault(endpoint => endpoint.Task == task)?.Serving;

    private static Node NodeOf(string id, string gateway) => new() { Id = id, Status = new() { State = NodeState.Ready, Addr = "10.0.0.7" }, Gateways = [new("back", gateway)] };

    private static SwarmTask TaskOf(string id, string node, int host) => new()
    {
        Id = id,
        NodeId = node,
        Status = new() { State = TaskState.Running },
        DesiredState = TaskState.Running,
        NetworksAttachments = [new(new() { Id = "back" }, [$"10.0.1.{host}/24"])],
    };
}
