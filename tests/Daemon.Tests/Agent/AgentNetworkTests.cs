using System.Text;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Tasks on networks of the swarm.</summary>
public sealed class AgentNetworkTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly AgentHarness agent;

    public AgentNetworkTests()
    {
        agent = new() { Clock = clock };
        agent.Plane = new(agent.Engine, agent.Pulse);
    }

    private static SwarmTask OnNetworks(params string[] networks) => On("task1", networks);

    private static SwarmTask On(string id, params string[] networks) => Samples.Task(id: id) with
    {
        NetworksAttachments = networks.Select((id, at) => new NetworkAttachment(new() { Id = id }, [$"10.0.{at}.7/24"])).ToValueList(),
    };

    private static NodeNetwork NetworkOf(string id, bool serving = false, bool others = false, string task = "task1") => new()
    {
        Id = id,
        Gateways = others ? [new("10.0.0.9", "02:42:0a:00:00:07", "172.30.0.2")] : [],
        Endpoints = [new(task, "service1", "10.0.0.7", "02:42:0a:00:00:07", "", serving)],
    };

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Node_SaysWhereItTakesItsNetworksPackets()
    {
        agent.Options = agent.Options with { DataPathAddr = "192.168.7.2" };
        agent.Start();
        await agent.OpenAsync();
        Assert.Equal("192.168.7.2", Assert.Single(agent.Dispatcher.Sessions).DataPathAddr);
    }

    [Fact]
    public async Task Container_IsMadeOnItsFirstNetwork_JoinsTheOthers_AndStartsThen()
    {
        await StartAsync(OnNetworks("a", "b"), NetworkOf("a"), NetworkOf("b"));
        await agent.ReachesAsync("task1", TaskState.Running);
        var request = Assert.Single(agent.Engine.Requests);
        Assert.Equal("swp-a", request.HostConfig!.NetworkMode);
        Assert.Equal("10.0.0.7", Assert.Single(request.NetworkingConfig!.EndpointsConfig!).Value.IPAMConfig!.IPv4Address);
        Assert.Contains(request.HostConfig.Mounts!, mount => mount is { Source: "/run/resolv", Target: "/etc/resolv.conf", ReadOnly: true });
        Assert.Equal(
            ["create web.3.task1", "connect c1 swp-b 10.0.1.7", "start c1", "inspect c1", "started task1 1001"],
            agent.Engine.Calls.Where(call => call.Split(' ')[0] is "create" or "connect" or "start" or "inspect" or "started"));
    }

    [Fact]
    public async Task Container_IsNotMade_BeforeItsNetworksStand_AndItsTaskSaysWhy()
    {
        var broken = true;
        agent.Plane!.Before = _ => broken ? Task.FromException(new NetworkToolException("ip: no such device")) : Task.CompletedTask;
        await StartAsync(OnNetworks("a"), NetworkOf("a"));
        await PassAsync(() => agent.Dispatcher.Last("task1")?.Err?.Contains("no such device", StringComparison.Ordinal) == true);
        Assert.Equal(0, agent.Engine.Count("create"));
        broken = false;
        await PassAsync(() => agent.Dispatcher.Last("task1")?.State == TaskState.Running);
    }

    [Fact]
    public async Task NetworkThatFails_KeepsOnlyItsOwnTasksWaiting_AndTheySayWhy()
    {
        var broken = true;
        agent.Plane!.Before = _ => broken
            ? Task.FromException(new NetworksNotReachedException([new NetworkToolException("a: no such device") { Networks = ["a"] }, new NetworkToolException("d: in use") { Networks = ["d"] }]))
            : Task.CompletedTask;
        agent.Start();
        await agent.OpenAsync();
        agent.Dispatcher.Send(new Assignments(true, [OnNetworks("a"), On("task2", "b")], []) { Networks = [NetworkOf("a"), NetworkOf("b", task: "task2")], MeshPorts = [] });
        await PassAsync(() => agent.Dispatcher.Last("task2")?.State == TaskState.Running && agent.Dispatcher.Last("task1")?.Err is not null);
        Assert.Equal("the task's networks are not ready: a: no such device", agent.Dispatcher.Last("task1")!.Err);
        Assert.Null(agent.Engine.Of("task1"));
        broken = false;
        await PassAsync(() => agent.Dispatcher.Last("task1") is { State: TaskState.Running, Err: null });
    }

    [Fact]
    public async Task TaskThatStops_LeavesItsNetworksFirst_ThenGetsItsSignal()
    {
        await StartAsync(OnNetworks("a"), NetworkOf("a", serving: true, others: true));
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Send(new Assignments(false, [OnNetworks("a") with { DesiredState = TaskState.Shutdown }], []) { Networks = [NetworkOf("a", others: true)] });
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled[^1].Networks[0].Endpoints[0].Serving is false, () => "the networks still lead to the task");
        Assert.Equal(0, agent.Engine.Count("stop"));
        await PassAsync(() => agent.Dispatcher.Last("task1")?.State == TaskState.Shutdown);
        await agent.CalledAsync("stopped task1");
    }

    [Fact]
    public async Task TaskThatStops_IsStopped_ThoughItsNetworksNeverLeaveIt()
    {
        await StartAsync(OnNetworks("a"), NetworkOf("a", serving: true));
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Send(complete: false, OnNetworks("a") with { DesiredState = TaskState.Shutdown });
        await PassAsync(() => agent.Dispatcher.Last("task1")?.State == TaskState.Shutdown);
    }

    [Fact]
    public async Task TaskThatIsUnhealthy_LeavesItsNetworksFirst_ThenGetsItsSignal_AndFails()
    {
        await RunUnhealthyAsync();
        Assert.Equal(0, agent.Engine.Count("stop"));
        agent.Dispatcher.Send(new Assignments(false, [], []) { Networks = [NetworkOf("a", others: true)] });
        await PassAsync(() => agent.Dispatcher.Last("task1")?.State == TaskState.Failed);
        Assert.EndsWith("unhealthy container", agent.Dispatcher.Last("task1")!.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TaskThatRecovers_WhileOthersLeaveIt_ServesAgain()
    {
        await RunUnhealthyAsync();
        agent.Engine.SetHealth("task1", ContainerHealth.Healthy);
        agent.Dispatcher.Send(new Assignments(false, [], []) { Networks = [NetworkOf("a", others: true)] });
        await PassSlowlyAsync(() => agent.Dispatcher.Last("task1") is { State: TaskState.Running, Err: null });
        Assert.Equal(0, agent.Engine.Count("stop"));
        // What was, is no reason for its end.
        agent.Engine.Die("task1", 0);
        await PassAsync(() => agent.Dispatcher.Last("task1")?.State == TaskState.Complete);
    }

    [Fact]
    public async Task TaskThatIsForgotten_IsLeftAloneForAWhile_BeforeItIsStopped()
    {
        await StartAsync(OnNetworks("a"), NetworkOf("a", serving: true, others: true));
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Dispatcher.Send(new Assignments(false, [], ["task1"]) { Networks = [NetworkOf("a", others: true, task: "task2")] });
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled[^1].Networks[0].Endpoints[0].Task == "task2", () => "the networks still have the task");
        Assert.Equal(0, agent.Engine.Count("stop"));
        await PassAsync(() => agent.Engine.Of("task1") is null);
    }

    /// <summary>A running task of which the managers have heard that it is unhealthy.</summary>
    private async Task RunUnhealthyAsync()
    {
        agent.Engine.StartHealth = ContainerHealth.Healthy;
        await StartAsync(OnNetworks("a"), NetworkOf("a", serving: true, others: true));
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Engine.SetHealth("task1", ContainerHealth.Unhealthy);
        await PassSlowlyAsync(() => agent.Dispatcher.Last("task1") is { State: TaskState.Running, Err: "unhealthy container" });
    }

    [Fact]
    public async Task ContainerThatCannotTakePart_FailsItsTask()
    {
        agent.Plane!.Refusal = new NetworkToolException("nft: not found");
        await StartAsync(OnNetworks("a"), NetworkOf("a"));
        await agent.ReachesAsync("task1", TaskState.Failed);
        Assert.Equal("the container cannot take part in its networks: nft: not found", agent.Dispatcher.Last("task1")!.Err);
        await agent.CalledAsync("stop");
        Assert.DoesNotContain(TaskState.Running, agent.Dispatcher.States("task1"));
    }

    [Fact]
    public async Task Networks_AreKeptOverARestart_WithTheManagersAway_AndContainersAreShownAgain()
    {
        await StartAsync(OnNetworks("a"), NetworkOf("a"));
        agent.Dispatcher.Send(new Assignments(false, [], []) { Networks = [NetworkOf("b")], MeshPorts = [new("service1", "tcp", 80, 8080)] });
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled.Any(networks => networks.Ports.Count == 1), () => "the ports were not reconciled");
        await agent.StopAsync();
        var before = agent.Plane!.Reconciled[^1];
        Assert.Equal(["a", "b"], before.Networks.Select(network => network.Id));
        agent.Dispatcher.Refusal = new SwarmException(SwarmErrorCode.Unavailable, "no leader");
        var count = agent.Plane.Reconciled.Count;
        agent.Start();
        await agent.Pulse.UntilAsync(() => agent.Plane.Reconciled.Count > count, () => "nothing was reconciled after the restart");
        Assert.Equal(before, agent.Plane.Reconciled[^1]);
        await agent.CalledAsync("started task1 1001", 2);
    }

    [Fact]
    public async Task KeysOfEncryptedNetworks_ReachThePlane_AndAreOnNoDisk()
    {
        var secret = Encoding.ASCII.GetBytes("the key that nobody else may have");
        TunnelKeyRing ring = new([new(1, new(secret))], 1, Timestamp.Zero);
        agent.Options = agent.Options with { TunnelId = 77 };
        agent.Start();
        await agent.OpenAsync();
        Assert.Equal(77ul, Assert.Single(agent.Dispatcher.Sessions).TunnelId);
        agent.Dispatcher.Send(new Assignments(true, [OnNetworks("a")], []) { Networks = [NetworkOf("a")], MeshPorts = [], TunnelKeys = ring });
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled is [.., { Keys: { } keys }] && keys == ring, () => "the keys did not come");
        // What says nothing of keys leaves them; an empty ring takes them back.
        agent.Dispatcher.Send(new Assignments(false, [], []) { Networks = [NetworkOf("b")] });
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled is [.., { Keys: not null, Networks.Count: 2 }], () => "the keys went");
        await agent.StopAsync();
        Assert.NotEmpty(Directory.GetFiles(agent.Options.DataRoot));
        Assert.All(Directory.GetFiles(agent.Options.DataRoot), file => Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(secret) < 0, $"{file} has the key"));
        agent.Options = agent.Options with { TunnelId = 78 };
        agent.Start();
        await agent.OpenAsync();
        Assert.Equal(78ul, agent.Dispatcher.Sessions[^1].TunnelId);
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled is [.., { Keys: null, Networks.Count: 2 }], () => "the networks were not kept");
    }

    [Fact]
    public async Task RemovedNetworks_Go_AndACompleteMessageHasAllThereAre()
    {
        await StartAsync(OnNetworks("a"), NetworkOf("a"), NetworkOf("b"));
        agent.Dispatcher.Send(new Assignments(false, [], []) { RemovedNetworks = ["b"] });
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled is [.., { Networks: [{ Id: "a" }] }], () => "network b did not go");
        agent.Dispatcher.Send(new Assignments(true, [OnNetworks("a")], []) { Networks = [NetworkOf("c")], MeshPorts = [] });
        await agent.Pulse.UntilAsync(() => agent.Plane!.Reconciled is [.., { Networks: [{ Id: "c" }] }], () => "network a did not go");
    }

    [Fact]
    public async Task NetworkThatCannotGoYet_IsComeBackTo()
    {
        await StartAsync(OnNetworks("a"), NetworkOf("a"), NetworkOf("b"));
        agent.Plane!.IsSettled = false;
        agent.Dispatcher.Send(new Assignments(false, [], []) { RemovedNetworks = ["b"] });
        await PassAsync(() => agent.Plane.Reconciled.Count(networks => networks.Networks is [{ Id: "a" }]) >= 3);
        agent.Plane.IsSettled = true;
        await agent.ReachesAsync("task1", TaskState.Running);
    }

    private async Task StartAsync(SwarmTask task, params NodeNetwork[] networks)
    {
        agent.Start();
        await agent.OpenAsync();
        agent.Dispatcher.Send(new Assignments(true, [task], []) { Networks = networks, MeshPorts = [] });
    }

    /// <summary>Lets less time go by than a task waits for its networks to leave it, and only while nothing else happens.</summary>
    private async Task PassSlowlyAsync(Func<bool> condition)
    {
        for (var step = 0; step < 18; step++)
        {
            using var turn = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            while (!condition() && !turn.IsCancellationRequested)
                await Task.Yield();
            if (condition())
                return;
            clock.Advance(TimeSpan.FromMilliseconds(60));
        }
        Assert.True(condition(), $"waited in vain; calls: {string.Join(", ", agent.Engine.Calls)}");
    }

    /// <summary>Lets time go by until something has come about.</summary>
    private async Task PassAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.False(late.IsCancellationRequested, $"waited in vain; calls: {string.Join(", ", agent.Engine.Calls)}");
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
