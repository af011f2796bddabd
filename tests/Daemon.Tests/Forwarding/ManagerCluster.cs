using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Daemon.Tests.Agent;
using SwarmPS.Daemon.Tests.Api;
using SwarmPS.Daemon.Tests.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;
using SwarmPS.TestKit;

namespace SwarmPS.Daemon.Tests.Forwarding;

/// <summary>Managers in this process with everything between a client and the log: API, listener, forwarding, quorum; no agents.</summary>
internal sealed class ManagerCluster : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);
    private const string SwarmId = "swarm1aaaaaaaaaaaaaaaaaaa";

    private readonly RootCa root = RootCa.Create(TimeProvider.System);
    private readonly List<ClusterManager> managers = [];

    public IReadOnlyList<ClusterManager> Managers => managers;

    public IEnumerable<ClusterManager> Running => managers.Where(manager => manager.Quorum is not null);

    public static async Task<ManagerCluster> StartAsync(int count)
    {
        var cluster = new ManagerCluster();
        await cluster.FoundAsync();
        while (cluster.managers.Count < count)
            await cluster.JoinAsync();
        return cluster;
    }

    public Task<ClusterManager> LeaderAsync() => TestCluster.UntilAsync(() => Running.FirstOrDefault(manager => manager.Quorum!.Raft.IsLeader), "no manager leads");

    public async Task<ClusterManager> FollowerAsync()
    {
        var leader = await LeaderAsync();
        return Running.First(manager => manager != leader);
    }

    /// <summary>As a node does that comes with a manager's token: the leader knows it, it fetches the keys, listens, and is taken in.</summary>
    public async Task<ClusterManager> JoinAsync()
    {
        var manager = New();
        await NoteAsync(manager);
        var others = Running.Select(other => other.Address).ToList();
        await ManagerQuorum.FetchKeyringAsync(manager.Directory, manager.Channels, others, CancellationToken.None).WaitAsync(Deadline);
        await StartAsync(manager, joining: true);
        await manager.Quorum!.JoinAsync(others, CancellationToken.None).WaitAsync(Deadline);
        return manager;
    }

    public ClusterManager New()
    {
        var subject = new NodeSubject($"node{managers.Count + 1}aaaaaaaaaaaaaaaaaaaa", NodeRole.Manager, SwarmId);
        var manager = new ClusterManager(subject, NodeIdentity.Create(root, subject, TimeSpan.FromDays(1), TimeProvider.System).Identity, $"127.0.0.1:{FreePorts.Pair()}");
        managers.Add(manager);
        return manager;
    }

    /// <summary>Makes a node known as a manager that has no part in the quorum yet.</summary>
    public async Task NoteAsync(ClusterManager manager) => await (await LeaderAsync()).Store.UpdateAsync(
        tx => tx.Put(new Node { Id = manager.NodeId, Spec = new() { Role = NodeRole.Manager, Availability = NodeAvailability.Active }, Status = new() { State = NodeState.Ready } }),
        CancellationToken.None).WaitAsync(Deadline);

    public async Task StartAsync(ClusterManager manager, bool founding = false, bool joining = false)
    {
        manager.Store = TestManager.NewStore();
        var trust = new PeerTrust(manager.Identity, TimeProvider.System);
        var forwarded = new ForwardedCalls();
        manager.Quorum = await ManagerQuorum.StartAsync(
            new()
            {
                NodeId = manager.NodeId,
                Directory = manager.Directory,
                Store = manager.Store,
                Keyring = Keyring.Open(manager.Directory.KeyringFile, KeyEncryptionKey.FromFile(manager.Directory.KeyringKeyFile)),
                Trust = trust,
                Channels = manager.Channels,
                ListenAddr = manager.Address,
                AdvertiseAddr = manager.Address,
                Founding = founding,
                JoinedAfter = joining ? 0 : null,
                IsNamed = _ => true,
                Forwarded = forwarded,
            },
            CancellationToken.None).WaitAsync(Deadline);
        manager.Peers = manager.Quorum.RunAsync(manager.Stopped.Token);
        manager.Listener = await NodeListener.StartAsync(
            new()
            {
                EndPoint = IPEndPoint.Parse(manager.Address),
                Trust = trust,
                Store = manager.Store,
                Leadership = manager.Quorum.Link,
                Services = manager.Quorum.Services,
            },
            CancellationToken.None).WaitAsync(Deadline);
        manager.Membership.Member = new(manager.NodeId, "127.0.0.1", manager.Store) { Quorum = manager.Quorum.Link };
        manager.Membership.State = LocalNodeState.Active;
        manager.Api = await ApiServer.StartAsync(
            new()
            {
                Sockets = [manager.Socket],
                EngineSocket = manager.Socket + ".none",
                Membership = manager.Membership,
                Forwarded = forwarded,
                Logs = new FakeTaskLogs(),
                Processes = new FakeProcesses(),
                Checks = new FakeNetworkChecks(),
                LoggerFactory = NullLoggerFactory.Instance,
                Group = "no-such-group",
                EngineTimeout = TimeSpan.FromSeconds(3),
            },
            CancellationToken.None).WaitAsync(Deadline);
    }

    /// <summary>Stops a manager as one that is gone: nobody is told.</summary>
    public static async Task StopAsync(ClusterManager manager)
    {
        var (quorum, listener, api) = (manager.Quorum!, manager.Listener!, manager.Api!);
        manager.Quorum = null;
        await manager.Stopped.CancelAsync();
        manager.Stopped = new();
        await quorum.DisposeAsync().AsTask().WaitAsync(Deadline);
        await listener.DisposeAsync().AsTask().WaitAsync(Deadline);
        await api.DisposeAsync().AsTask().WaitAsync(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var manager in managers)
        {
            if (manager.Quorum is not null)
                await StopAsync(manager);
            manager.Client.Dispose();
            manager.Channels.Dispose();
            manager.Identity.Dispose();
            await manager.Membership.DisposeAsync();
            Directory.Delete(manager.Directory.Root, recursive: true);
        }
        root.Dispose();
    }

    private async Task FoundAsync()
    {
        var first = New();
        first.Directory.Create();
        Keyring.Create(first.Directory.KeyringFile, KeyEncryptionKey.FromFile(first.Directory.KeyringKeyFile));
        await StartAsync(first, founding: true);
        await first.Store.UpdateAsync(
            tx =>
            {
                tx.Put(new SwarmObject { Id = SwarmId, Spec = new() { Name = "default" }, TLSInfo = root.ToTlsInfo(), JoinTokens = new("SWMTKN-1-w", "SWMTKN-1-m") });
                tx.Put(new Node
                {
                    Id = first.NodeId,
                    Spec = new() { Role = NodeRole.Manager, Availability = NodeAvailability.Active },
                    Status = new() { State = NodeState.Ready },
                    ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable, Addr = first.Address },
                });
            },
            CancellationToken.None).WaitAsync(Deadline);
    }
}

/// <summary>One manager of the cluster, and a client of it.</summary>
internal sealed class ClusterManager
{
    public ClusterManager(NodeSubject subject, NodeIdentity identity, string address)
    {
        (NodeId, Identity, Address) = (subject.NodeId, identity, address);
        Channels = new(new(identity, TimeProvider.System));
        Client = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.FromSeconds(1) }) { BaseAddress = new("http://swarmps/") };
    }

    public string NodeId { get; }

    public NodeIdentity Identity { get; }

    public string Address { get; }

    public SwarmDirectory Directory { get; } = TestManager.NewDirectory();

    public string Socket => Path.Combine(Directory.Root, "api.sock");

    public ManagerChannels Channels { get; }

    public HttpClient Client { get; }

    public FakeMembership Membership { get; } = new();

    public SwarmStore Store { get; set; } = TestManager.NewStore();

    public ManagerQuorum? Quorum { get; set; }

    public NodeListener? Listener { get; set; }

    public ApiServer? Api { get; set; }

    public Task Peers { get; set; } = Task.CompletedTask;

    public CancellationTokenSource Stopped { get; set; } = new();

    public async Task<(int Status, JToken? Body)> SendAsync(string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? ApiJson.Write(body), Encoding.UTF8, "application/json");
        using var answer = await Client.SendAsync(request).WaitAsync(ManagerCluster.Deadline);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType == "application/json" ? JToken.Parse(text) : text);
    }

    public async Task<JToken?> OkAsync(string method, string path, object? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        return answer;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), stop);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
