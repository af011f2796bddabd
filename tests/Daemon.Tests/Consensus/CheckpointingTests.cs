using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.TestKit;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Checkpoints as the running manager writes them, begins from them, and sends them.</summary>
public sealed class CheckpointingTests
{
    [Fact]
    public async Task ARestart_AfterACleanStop_BeginsFromTheCheckpoint()
    {
        var directory = TestManager.NewDirectory();
        var first = await TestManager.StartAsync(directory);
        await first.PutAsync(new Node { Id = "n1" });
        await first.PutAsync(new Node { Id = "n2" });
        await first.Node.StopAsync();
        Assert.Equal(2UL, Header(directory).Version);
        await using var second = await TestManager.StartAsync(directory);
        Assert.Equal(first.Store.Current.RecentRequests(), second.Store.Current.RecentRequests());
        await second.PutAsync(new Node { Id = "n3" });
        Assert.Equal(3, second.Store.Current.Nodes.Count);
    }

    [Fact]
    public async Task TheSwarmsInterval_MakesCheckpoints_AndTheLogIsCutBack()
    {
        var directory = TestManager.NewDirectory();
        var manager = await TestManager.StartAsync(directory);
        await manager.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 20 } } });
        for (var i = 0; i < 400; i++)
            await manager.PutAsync(new SwarmTask { Id = $"t{i % 50}", Slot = (ulong)i });
        await manager.Node.StopAsync();
        var pages = Directory.GetFiles(Path.Combine(directory.Raft, "log", "metadata"));
        Assert.DoesNotContain(pages, page => Path.GetFileName(page) == "0");

        await using var again = await TestManager.StartAsync(directory);
        Assert.Equal(401UL, again.Store.Current.Version);
        Assert.Equal(399UL, again.Store.Current.Tasks.Find("t49")!.Slot);
        await again.PutAsync(new Node { Id = "n1" });
    }

    [Fact]
    public async Task AFailedCheckpoint_IsMadeUpForByTheNext()
    {
        var directory = TestManager.NewDirectory();
        var log = new LogWatch("A checkpoint could not be written");
        var manager = await TestManager.StartAsync(directory, options => options with { Logging = log });
        await manager.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 5 } } });
        Execute(directory, "ALTER TABLE objects RENAME TO away");
        for (var i = 0; i < 6; i++)
            await manager.PutAsync(new Node { Id = $"n{i}" });
        await log.Seen.WaitAsync(TestManager.Deadline);
        Execute(directory, "ALTER TABLE away RENAME TO objects");
        await manager.PutAsync(new Node { Id = "last" });
        await manager.Node.StopAsync();
        Assert.Equal(8UL, Header(directory).Version);
        await using var again = await TestManager.StartAsync(directory);
        Assert.Equal(7, again.Store.Current.Nodes.Count);
    }

    [Theory]
    [InlineData("DELETE FROM objects")]
    [InlineData("UPDATE objects SET content = x'00'")]
    [InlineData("UPDATE header SET content = x'00'")]
    public async Task ADamagedState_IsRefused(string damage)
    {
        var directory = await StoppedAsync();
        Execute(directory, damage);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => TestManager.StartAsync(directory));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.StartsWith($"{directory.StateFile} is damaged", refusal.Message);
    }

    [Fact]
    public async Task AStateWithoutItsLog_IsRefused()
    {
        var directory = await StoppedAsync();
        Directory.Delete(Path.Combine(directory.Raft, "log"), recursive: true);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => TestManager.StartAsync(directory));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.Contains(directory.StateFile, refusal.Message);
        Assert.Contains(Path.Combine(directory.Raft, "log"), refusal.Message);
    }

    [Fact]
    public async Task ALogWithoutTheStateItGoesOnFrom_IsRefused()
    {
        var directory = TestManager.NewDirectory();
        var manager = await TestManager.StartAsync(directory);
        await manager.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 20 } } });
        for (var i = 0; i < 200; i++)
            await manager.PutAsync(new Node { Id = "n" });
        await manager.Node.StopAsync();
        File.Delete(directory.StateFile);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => TestManager.StartAsync(directory));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.Contains(directory.Raft, refusal.Message);
    }

    /// <summary>A second manager that begins with nothing gets the checkpoint, then the log, by mutual TLS, and can go on from it alone.</summary>
    [Fact]
    public async Task AManagerThatIsBehind_GetsTheCheckpoint_ThenTheLog()
    {
        using var root = RootCa.Create(TimeProvider.System);
        var (one, two) = (new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()), new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()));
        await using var first = await StartMemberAsync(root, "m1", one, null);
        await first.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 50 } } });
        for (var i = 0; i < 150; i++)
            await first.PutAsync(new SwarmTask { Id = $"t{i}" });
        await using var second = await StartMemberAsync(root, "m2", two, first.Directory);
        await first.Node.AddMemberAsync(two, CancellationToken.None).WaitAsync(TestManager.Deadline);
        await first.PutAsync(new Node { Id = "after" });
        await SeenAsync(second, "after");
        Assert.Equal(first.Store.Current.Version, second.Store.Current.Version);
        Assert.Equal(150, second.Store.Current.Tasks.Count);
        Assert.False(second.Node.IsLeader);
        Assert.Equal(first.Store.Current.RecentRequests(), second.Store.Current.RecentRequests());
        Assert.True(Header(second.Directory).Index > 0);
        await first.Node.RemoveMemberAsync(two, CancellationToken.None).WaitAsync(TestManager.Deadline);
        await first.PutAsync(new Node { Id = "alone" });
    }

    private static async Task SeenAsync(TestManager manager, string node)
    {
        using var changes = manager.Store.Feed.Subscribe(ObjectKind.Node);
        using var deadline = new CancellationTokenSource(TestManager.Deadline);
        while (manager.Store.Current.Nodes.Find(node) is null)
            await changes.NextAsync(deadline.Token);
    }

    private static Task<TestManager> StartMemberAsync(RootCa root, string id, IPEndPoint address, SwarmDirectory? joined)
    {
        var directory = TestManager.NewDirectory();
        directory.Create();
        if (joined is not null)
        {
            File.Copy(joined.KeyringFile, directory.KeyringFile);
            File.Copy(joined.KeyringKeyFile, directory.KeyringKeyFile);
        }
        var identity = NodeIdentity.Create(root, new(id, NodeRole.Manager, "swarm"), RootCa.DefaultNodeValidity, TimeProvider.System).Identity;
        return TestManager.StartAsync(directory, options => options with
        {
            ListenEndPoint = address,
            PublicEndPoint = address,
            ColdStart = joined is null,
            Joining = true,
            Tls = new PeerTrust(identity, TimeProvider.System).BetweenManagers(),

            // One of two that is starved for a moment must not end the other's lead: this is not about elections.
            ElectionTimeoutMin = TimeSpan.FromSeconds(4),
            ElectionTimeoutMax = TimeSpan.FromSeconds(8),
        });
    }

    private static void Execute(SwarmDirectory directory, string text)
    {
        using var connection = new SqliteConnection($"Data Source={directory.StateFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static async Task<SwarmDirectory> StoppedAsync()
    {
        var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        await manager.PutAsync(new Node { Id = "n1" });
        await manager.Node.StopAsync();
        return manager.Directory;
    }

    private static CheckpointHeader Header(SwarmDirectory directory)
    {
        using var checkpoint = Checkpoint.Open(directory.StateFile, Keyring.Open(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile)));
        return checkpoint.ReadHeader()!;
    }
}
