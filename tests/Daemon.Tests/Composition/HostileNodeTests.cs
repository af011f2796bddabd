using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Daemon.Tests.Rpc;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Composition;

/// <summary>
/// A node of the swarm that sends whatever it likes: every message, with each of its values changed in turn. Whatever it is, the manager goes on
/// leading, the other nodes are as before, and every list can be read.
/// </summary>
public sealed class HostileNodeTests : IAsyncLifetime
{
    private const int NodesAtOnce = 50;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TestNodes nodes = new();
    private readonly TestNode manager;
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-test-").FullName;
    private ApiServer api = null!;
    private HttpClient client = null!;
    private int made;

    public HostileNodeTests() => manager = nodes.New("m1");

    public async ValueTask InitializeAsync()
    {
        await manager.InitAsync();
        await ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await api.DisposeAsync();
        await nodes.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Session_WhateverItsFirstMessageSays_HurtsNobodyElse() =>
        await HurtsNobodyAsync(DispatchCalls.Session, NodeRole.Worker, _ => MessageEncoding.Write<SessionUp, DispatchEncoders>(new(Description, "10.0.0.9", new() { EngineAnswers = true, Unapplied = ["n1"], Fault = "it rains" })));

    [Fact]
    public async Task Statuses_WhateverTheySay_HurtNobodyElse() =>
        await HurtsNobodyAsync(DispatchCalls.Report, NodeRole.Worker, node => MessageEncoding.Write<StatusesUp, DispatchEncoders>(new([new($"task-of-{node}", Status)])));

    [Fact]
    public async Task Streams_WhateverIsSaidInThem_HurtNobodyElse() =>
        await HurtsNobodyAsync(NodeStreamCalls.Attend, NodeRole.Worker, _ => MessageEncoding.Write<NodeStreamUp, NodeStreamEncoders>(new()
        {
            Id = "x", Started = true, Took = true, Output = new(true, [1]), End = new(1), Refusal = new(SwarmErrorCode.NotFound, "gone"),
            Findings = [new() { NetworkId = "n", Network = "net", Check = NetworkCheck.Path, Other = "10.0.0.1", Message = "lost" }],
        }));

    [Fact]
    public async Task CertificateRequests_WhateverTheySay_HurtNobodyElse()
    {
        await HurtsNobodyAsync(CertificateCalls.Issue, null, _ => MessageEncoding.Write<IssueRequest, CertificateEncoders>(new([1, 2, 3], manager.Tokens.Worker, NodeAvailability.Pause)));
        await HurtsNobodyAsync(CertificateCalls.Renew, NodeRole.Worker, _ => MessageEncoding.Write<RenewRequest, CertificateEncoders>(new([1, 2, 3])));
    }

    [Fact]
    public async Task QuorumsCalls_WhateverTheySay_HurtNobodyElse()
    {
        await HurtsNobodyAsync(ManagerCalls.Standing, NodeRole.Worker, _ => MessageEncoding.Write<StandingRequest, ManagerEncoders>(new("10.0.0.9:2377")));
        await HurtsNobodyAsync(ManagerCalls.Leave, NodeRole.Worker, _ => MessageEncoding.Write<LeaveRequest, ManagerEncoders>(new(true)));
    }

    [Fact]
    public async Task ManagersCalls_WhateverTheySay_HurtNobodyElse()
    {
        await HurtsNobodyAsync(ForwardingService.Version, NodeRole.Manager, _ => MessageEncoding.Write<VersionRequest, ForwardingEncoders>(new()));
        await HurtsNobodyAsync(NodeStreamCalls.Call, NodeRole.Manager, _ => MessageEncoding.Write<NodeCall, NodeStreamEncoders>(new("nobody", new("x", "10.0.0.9:2377"))));
        await HurtsNobodyAsync(ForwardingService.Forward, NodeRole.Manager, _ => MessageEncoding.Write<ForwardedRequest, ForwardingEncoders>(
            new() { Id = new(7, 7), Method = "GET", Path = "/services", Query = "?x=1", Headers = new() { ["Content-Type"] = "application/json" }, Body = [123, 125] }));
    }

    [Fact]
    public async Task WhatWasWrittenByAnEarlierVersion_IsSetAside_AndNamed()
    {
        await PlantAsync();
        await RestartAsync();
        await NobodyIsHurtAsync();
        var node = manager.State.Nodes.Find("planted")!;
        Assert.StartsWith("What the node said of itself was set aside. ", node.Status.Message, StringComparison.Ordinal);
        Assert.Null(node.Description);
        Assert.Equal(NodeAvailability.Pause, node.Spec.Availability);
        Assert.StartsWith("What its node said of the task was set aside. ", manager.State.Tasks.Find("planted-task")?.Status.Err, StringComparison.Ordinal);
        using var removed = await client.DeleteAsync(new Uri("http://swarm/nodes/planted?force=1"));
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
    }

    [Fact]
    public async Task FaultyNode_IsShownAsSuch_AndWorksAgainWhenItBehaves()
    {
        var (node, channels) = await NewNodeAsync(NodeRole.Worker);
        using var _ = channels;
        var wrong = Description with { Hostname = "two\nlines" };
        await SendAsync(channels, DispatchCalls.Session, MessageEncoding.Write<SessionUp, DispatchEncoders>(new(wrong)));
        await TestNodes.UntilAsync(() => manager.State.Nodes.Find(node)?.Status.Message is { } message && message.Contains("control character", StringComparison.Ordinal), () => $"the node is {manager.State.Nodes.Find(node)}");
        await TestNodes.UntilAsync(() => Opens(channels, node), () => $"the node is {manager.State.Nodes.Find(node)}");
    }

    private static NodeDescription Description => new()
    {
        Hostname = "worker",
        Platform = new() { Architecture = "x86_64", OS = "linux" },
        Resources = new()
        {
            NanoCPUs = 2_000_000_000, MemoryBytes = 1 << 30,
            GenericResources = [new() { DiscreteResourceSpec = new("ssd", 3) }, new() { NamedResourceSpec = new("gpu", "a") }],
        },
        Engine = new() { EngineVersion = "20.10", Labels = new ValueMap<string>([new("zone", "a")]), Plugins = [new("Volume", "local")] },
        TLSInfo = new("root", "subject", "key"),
        DataPathAddr = "10.0.0.9",
        TunnelId = 7,
    };

    private static SwarmTaskStatus Status => new()
    {
        State = TaskState.Running,
        Timestamp = Timestamp.From(TimeProvider.System.GetUtcNow()),
        Message = "started",
        Err = "unhealthy",
        ContainerStatus = new() { ContainerId = "c1", Pid = 77, ExitCode = 1 },
        PortStatus = new([new() { Name = "web", Protocol = PortProtocol.Udp, TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host, HostIP = "127.0.0.1" }]),
    };

    /// <summary>Sends a message as it should be, and then with each of its values changed, each time as another node.</summary>
    private async Task HurtsNobodyAsync<TRequest, TAnswer>(Method<TRequest, TAnswer> call, NodeRole? role, Func<string, byte[]> message) where TRequest : class where TAnswer : class
    {
        var term = manager.Member.Quorum!.Leadership;
        var count = 0;
        foreach (var (what, mutated) in MessageTree.Mutations(MessageTree.Read(message("x"))).Prepend(("as it should be", MessageTree.Read(message("x")))))
        {
            var (node, channels) = role is { } known ? await NewNodeAsync(known) : ("x", Stranger());
            using (channels)
                await SendAsync(channels, call, MessageTree.Write(what == "as it should be" ? MessageTree.Read(message(node)) : mutated));
            if (++count % 50 == 0)
                await NobodyIsHurtAsync(what);
        }
        Assert.True(count > 10, $"{count} messages");
        await NobodyIsHurtAsync();
        Assert.False(term.IsCancellationRequested, "the leader has lost its term");
    }

    private async Task NobodyIsHurtAsync(string after = "all")
    {
        Assert.True(manager.Member.Quorum is not null, after);
        foreach (var list in new[] { "/nodes", "/tasks", "/services", "/secrets", "/configs", "/info", "/swarm" })
        {
            using var answer = await client.GetAsync(new Uri("http://swarm" + list)).WaitAsync(Deadline);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"After {after}: {list} answers {answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
        // A change is made, so the leader's loops are alive.
        await manager.Member.Store.UpdateAsync(tx => tx.Put(new Config { Id = "alive", Spec = new() { Name = "alive" } }), CancellationToken.None).WaitAsync(Deadline);
        Assert.Equal(LocalNodeState.Active, manager.Membership.State);
    }

    /// <summary>Sends one message, as the first of a stream where the call is one, and waits until it is taken or refused.</summary>
    private async Task SendAsync<TRequest, TAnswer>(ManagerChannels channels, Method<TRequest, TAnswer> call, byte[] message) where TRequest : class where TAnswer : class
    {
        var raw = new Method<byte[], byte[]>(call.Type, call.ServiceName, call.Name, Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(bytes => bytes, bytes => bytes));
        var calls = channels.To(manager.Address).Calls;
        using var late = new CancellationTokenSource(Deadline);
        try
        {
            if (call.Type == MethodType.Unary)
            {
                using var asked = calls.AsyncUnaryCall(raw, null, new(cancellationToken: late.Token), message);
                await asked.ResponseAsync;
                return;
            }
            using var stream = calls.AsyncDuplexStreamingCall(raw, null, new(cancellationToken: late.Token));
            await stream.RequestStream.WriteAsync(message, late.Token);
            await stream.ResponseStream.MoveNext(late.Token);
        }
        catch (Exception refusal) when (refusal is RpcException or InvalidOperationException or OperationCanceledException or IOException)
        {
            Assert.False(late.IsCancellationRequested, "the message was neither taken nor refused");
        }
    }

    private bool Opens(ManagerChannels channels, string node)
    {
        SendAsync(channels, DispatchCalls.Session, MessageEncoding.Write<SessionUp, DispatchEncoders>(new(Description))).Wait(Deadline);
        return manager.State.Nodes.Find(node)?.Description?.Hostname == "worker";
    }

    private ManagerChannels Stranger() => new(PeerTrust.OfNewcomer(manager.State.Swarm!.TLSInfo!.TrustRoot!, TimeProvider.System));

    /// <summary>Another node that has joined, with a task, and the connections that it makes.</summary>
    private async Task<(string NodeId, ManagerChannels Channels)> NewNodeAsync(NodeRole role)
    {
        if (made % NodesAtOnce == 0)
            await manager.Member.Store.UpdateAsync(tx => PutNodes(tx, made, role), CancellationToken.None).WaitAsync(Deadline);
        var id = $"hostile{made++}";
        using var root = RootChange.Signer(manager.State.Swarm!)!;
        var (identity, _) = NodeIdentity.Create(root, new(id, role, manager.State.Swarm!.Id), TimeSpan.FromDays(1), TimeProvider.System);
        return (id, new(new(identity, TimeProvider.System)));
    }

    private static void PutNodes(StoreTransaction tx, int first, NodeRole role)
    {
        for (var id = first; id < first + NodesAtOnce; id++)
        {
            tx.Put(new Node { Id = $"hostile{id}", Spec = new() { Role = role, Availability = NodeAvailability.Active }, Role = role });
            tx.Put(new SwarmTask { Id = $"task-of-hostile{id}", NodeId = $"hostile{id}", ServiceId = "none", Status = new() { State = TaskState.Assigned }, DesiredState = TaskState.Running });
        }
    }

    /// <summary>What the versions before could be made to write.</summary>
    private Task PlantAsync() => manager.Member.Store.UpdateAsync(
        tx =>
        {
            tx.Put(new Node
            {
                Id = "planted",
                Spec = new() { Role = NodeRole.Worker, Availability = (NodeAvailability)99 },
                Role = NodeRole.Worker,
                Description = Description with { DataPathAddr = "10.0.0.1\nlink add evil", Engine = new() { Plugins = [null!] }, Resources = new() { GenericResources = [null!] } },
                Status = new() { State = (NodeState)77, Addr = "nonsense" },
            });
            tx.Put(new Service { Id = "planted-service", Spec = new() { Name = "planted", TaskTemplate = new() { ContainerSpec = new() { Image = "i" } }, Mode = new() { Replicated = new() { Replicas = 1 } } } });
            tx.Put(new SwarmTask
            {
                Id = "planted-task", NodeId = "planted", ServiceId = "planted-service", Slot = 1, DesiredState = TaskState.Running,
                Status = new() { State = (TaskState)9999, Timestamp = new(long.MinValue), PortStatus = new([null!]) },
            });
        },
        CancellationToken.None).WaitAsync(Deadline);

    private async Task RestartAsync()
    {
        client.Dispose();
        await api.DisposeAsync();
        await manager.RestartAsync();
        await ServeAsync();
    }

    private async Task ServeAsync()
    {
        var socket = Path.Combine(folder, "api.sock");
        var membership = manager.Membership;
        api = await ApiServer.StartAsync(
            new()
            {
                Sockets = [socket], EngineSocket = nodes.Engine.Socket, Membership = membership, Forwarded = membership.Forwarded, Logs = membership.Logs,
                Processes = membership.Processes, Checks = membership.Checks, LoggerFactory = NullLoggerFactory.Instance,
            },
            CancellationToken.None);
        client = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
    }
}
