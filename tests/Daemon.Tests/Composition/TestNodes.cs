using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Tests.Api;
using SwarmPS.Model;
using SwarmPS.Store;
using SwarmPS.TestKit;

namespace SwarmPS.Daemon.Tests.Composition;

/// <summary>Several nodes in one process, at one address and different ports, beside one engine that runs nothing.</summary>
internal sealed class TestNodes : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly List<TestNode> nodes = [];
    private readonly CancellationTokenSource stop = new();

    public TestNodes()
    {
        Engine = new((head, stream, _) => AnswerAsync(head.Split(' ')[1], stream));
    }

    public FakeEngine Engine { get; }

    public IReadOnlyList<TestNode> All => nodes;

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    public TestNode New(string name, TimeProvider? clock = null)
    {
        var node = new TestNode(this, name, FreePorts.Pair(), clock ?? TimeProvider.System);
        nodes.Add(node);
        return node;
    }

    /// <summary>Waits until it is so.</summary>
    public static async Task UntilAsync(Func<bool> reached, Func<string> otherwise)
    {
        using var late = new CancellationTokenSource(Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!reached())
        {
            if (late.IsCancellationRequested)
                Assert.Fail($"After {Deadline.TotalSeconds} s: {otherwise()}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(nodes))
            await node.DisposeAsync();
        await stop.CancelAsync();
        await Engine.DisposeAsync();
    }

    private async Task AnswerAsync(string path, NetworkStream stream)
    {
        if (path.Contains("/info", StringComparison.Ordinal))
            await FakeEngine.JsonAsync(stream, 200, """{"ID":"e","Name":"host","NCPU":2,"MemTotal":1073741824,"OSType":"linux","Architecture":"x86_64","ServerVersion":"20.10"}""");
        else if (path.Contains("/containers/json", StringComparison.Ordinal))
            await FakeEngine.JsonAsync(stream, 200, "[]");
        else if (path.Contains("/version", StringComparison.Ordinal))
            await FakeEngine.JsonAsync(stream, 200, """{"Version":"20.10","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux"}""");
        else if (path.Contains("/_ping", StringComparison.Ordinal))
            await FakeEngine.TextAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
        else if (path.Contains("/events", StringComparison.Ordinal))
        {
            await FakeEngine.TextAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        else
            await FakeEngine.JsonAsync(stream, 404, """{"message":"nothing here"}""");
    }
}

/// <summary>A node: a daemon without its API.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly TestNodes nodes;
    private readonly TimeProvider clock;
    private readonly string name;
    private bool running = true;

    public bool IsRunning => running;

    public TestNode(TestNodes nodes, string name, int port, TimeProvider clock)
    {
        (this.nodes, this.name, Port, this.clock) = (nodes, name, port, clock);
        Membership = NewMembership();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public SwarmDirectory Directory { get; } = new(System.IO.Directory.CreateTempSubdirectory("swarmps-test-").FullName);

    public SwarmMembership Membership { get; private set; }

    public SwarmMember Member => Membership.Member!;

    public Snapshot State => Member.Store.Current;

    public JoinTokens Tokens => State.Swarm!.JoinTokens!;

    public Node? Find(TestNode other) => State.Nodes.Find(other.Member.NodeId);

    public Task InitAsync(SwarmSpec? spec = null) =>
        Membership.InitAsync(new() { ListenAddr = Address, AdvertiseAddr = Address, Spec = spec }, CancellationToken.None).WaitAsync(TestNodes.Deadline);

    public Task JoinAsync(TestNode manager, string token, NodeAvailability? availability = null) =>
        Membership.JoinAsync(Request(manager.Address, token) with { Availability = availability }, CancellationToken.None).WaitAsync(TestNodes.Deadline);

    public SwarmJoinRequest Request(string remote, string token) =>
        new() { RemoteAddrs = [remote], JoinToken = token, ListenAddr = Address, AdvertiseAddr = Address };

    /// <summary>Waits until another node is in this state, as this manager sees it.</summary>
    public Task SeesAsync(string nodeId, NodeState state) => TestNodes.UntilAsync(
        () => State.Nodes.Find(nodeId)?.Status.State == state, () => $"node {nodeId} is {State.Nodes.Find(nodeId)?.Status} and not {state}");

    public async Task StopAsync()
    {
        if (running)
            await Membership.DisposeAsync();
        running = false;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        (Membership, running) = (NewMembership(), true);
        await Membership.ResumeAsync(CancellationToken.None).WaitAsync(TestNodes.Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        System.IO.Directory.Delete(Directory.Root, recursive: true);
    }

    private SwarmMembership NewMembership() =>
        new(new() { DataRoot = Directory.Root, Engine = $"unix://{nodes.Engine.Socket}", Hostname = name }, Directory, clock, nodes.Logging);
}
