using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;
using SwarmPS.TestKit;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Several managers of one swarm in this process, on loopback, with certificates of one authority and one keyring.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);
    public const string SwarmId = "swarm1";

    private readonly RootCa root = RootCa.Create(TimeProvider.System);
    private readonly List<TestMember> members = [];

    /// <summary>Changes the options of members that are made from now on.</summary>
    public Func<RaftNodeOptions, RaftNodeOptions> Options { get; set; } = static options => options;

    public IReadOnlyList<TestMember> Members => members;

    public IEnumerable<TestMember> Running => members.Where(member => member.Node is not null);

    public TestMember Leader => Running.Single(member => member.Node!.IsLeader);

    /// <summary>A cluster of so many members, all of them in the quorum.</summary>
    public static async Task<TestCluster> StartAsync(int count, Func<RaftNodeOptions, RaftNodeOptions>? options = null)
    {
        var cluster = new TestCluster { Options = options ?? (static o => o) };
        await cluster.AddAsync();
        while (cluster.members.Count < count)
            await cluster.JoinAsync();
        return cluster;
    }

    /// <summary>Makes a member and starts it; the first one founds the quorum, others wait to be taken in.</summary>
    public async Task<TestMember> AddAsync(NodeRole role = NodeRole.Manager)
    {
        var subject = new NodeSubject($"node{members.Count + 1}", role, SwarmId);
        var member = new TestMember(subject, NodeIdentity.Create(root, subject, TimeSpan.FromDays(1), TimeProvider.System).Identity, FreePorts.Pair());
        member.Directory.Create();
        var key = KeyEncryptionKey.FromFile(member.Directory.KeyringKeyFile);
        if (members.Count == 0)
            Keyring.Create(member.Directory.KeyringFile, key);
        else
            Keyring.Import(member.Directory.KeyringFile, key, KeyringOf(members[0]).Export());
        members.Add(member);
        await StartAsync(member, coldStart: members.Count == 1, joining: true);
        return member;
    }

    /// <summary>Makes a member and takes it in.</summary>
    public async Task<TestMember> JoinAsync()
    {
        var member = await AddAsync();
        await TakeInAsync(member);
        return member;
    }

    public Task TakeInAsync(TestMember member) => OnLeaderAsync((leader, stop) => leader.Node!.AddMemberAsync(member.Address, stop));

    public async Task StartAsync(TestMember member, bool coldStart = false, bool joining = false)
    {
        member.Store = TestManager.NewStore();
        member.Peers = new(new(member.Identity, TimeProvider.System), member.Store) { IsCurrent = () => member.Store.Current.Swarm is not null && member.Node?.IsCurrent == true, IsNamed = _ => true };
        member.Node = await RaftNode.StartAsync(
            Options(new()
            {
                Directory = member.Directory,
                Store = member.Store,
                Keyring = KeyringOf(member),
                ListenEndPoint = member.Address,
                Tls = member.Peers.Tls(),
                ColdStart = coldStart,
                Joining = joining,
            }),
            CancellationToken.None).WaitAsync(Deadline);
        _ = member.Peers.RunAsync(member.Stopped.Token);
    }

    public static async Task StopAsync(TestMember member)
    {
        var node = member.Node!;
        member.Node = null;
        await member.Stopped.CancelAsync();
        member.Stopped = new();
        await node.StopAsync().WaitAsync(Deadline);
    }

    /// <summary>Waits until one of the members leads.</summary>
    public Task<TestMember> LeaderAsync() => UntilAsync(() => Running.FirstOrDefault(member => member.Node!.IsLeader), "no member leads");

    /// <summary>Writes through whoever leads, again until it is acknowledged; the same transaction is never made twice, for it looks first.</summary>
    public Task PutAsync(StoreObject value) => UpdateAsync(tx =>
    {
        if (tx.View.Find(value.Kind, value.Id) is null)
            tx.Put(value);
    });

    /// <summary>The same with any work; it may run again although it was acknowledged.</summary>
    public Task UpdateAsync(Action<StoreTransaction> work) => OnLeaderAsync((leader, stop) => leader.Store.UpdateAsync(work, stop));

    /// <summary>Does something on whoever leads, again on the next leader where that one stops leading meanwhile.</summary>
    public async Task OnLeaderAsync(Func<TestMember, CancellationToken, Task> work)
    {
        using var late = new CancellationTokenSource(Deadline);
        while (true)
        {
            var leader = await LeaderAsync();
            using var term = CancellationTokenSource.CreateLinkedTokenSource(late.Token, leader.Node?.Leadership ?? new(canceled: true));
            try
            {
                await work(leader, term.Token);
                return;
            }
            catch (Exception refusal) when (refusal is SwarmException { Code: SwarmErrorCode.Unavailable } or OperationCanceledException)
            {
                Assert.False(late.IsCancellationRequested, refusal.Message);
            }
        }
    }

    /// <summary>Waits until all running members have the state of the leader.</summary>
    public Task AgreedAsync() => UntilAsync<object>(
        () => Running.Select(member => member.Store.Current.Version).Distinct().Count() == 1 ? this : null, "the members' stores differ");

    public static async Task<T> UntilAsync<T>(Func<T?> reached, string otherwise) where T : class
    {
        using var late = new CancellationTokenSource(Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            if (reached() is { } found)
                return found;
            try
            {
                await timer.WaitForNextTickAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"After {Deadline.TotalSeconds} s: {otherwise}.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
        {
            if (member.Node is not null)
                await StopAsync(member);
            member.Identity.Dispose();
            System.IO.Directory.Delete(member.Directory.Root, recursive: true);
        }
        root.Dispose();
    }

    private static Keyring KeyringOf(TestMember member) =>
        Keyring.Open(member.Directory.KeyringFile, KeyEncryptionKey.FromFile(member.Directory.KeyringKeyFile));
}

/// <summary>One member: its files, and the node while it runs.</summary>
internal sealed class TestMember(NodeSubject subject, NodeIdentity identity, int port)
{
    public NodeSubject Subject { get; } = subject;

    public NodeIdentity Identity { get; } = identity;

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, port);

    public SwarmDirectory Directory { get; } = TestManager.NewDirectory();

    public SwarmStore Store { get; set; } = TestManager.NewStore();

    public RaftNode? Node { get; set; }

    public RaftPeers? Peers { get; set; }

    public CancellationTokenSource Stopped { get; set; } = new();
}
