using System.Text;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class AutolockTests
{
    [Fact]
    public async Task ALockedManager_WaitsForItsKey_AndHasNothingOfItOnTheDisk()
    {
        await using var nodes = new TestNodes();
        var manager = nodes.New("m1");
        await manager.InitAsync(new() { EncryptionConfig = new(true) });
        var key = manager.State.Swarm!.UnlockKey!.Value;
        await LockedAsync(manager, true);
        await manager.RestartAsync();
        Assert.Equal(LocalNodeState.Locked, manager.Membership.State);
        Assert.Null(manager.Membership.Member);
        Assert.False(File.Exists(manager.Directory.KeyringKeyFile));
        foreach (var file in Directory.EnumerateFiles(manager.Directory.Root, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(key[9..], Encoding.Latin1.GetString(File.ReadAllBytes(file)));

        Assert.Equal(SwarmErrorCode.InvalidArgument, (await RefusedAsync(manager, "SWMKEY-1-short")).Code);
        Assert.Equal(SwarmErrorCode.Unauthenticated, (await RefusedAsync(manager, "SWMKEY-1-" + new string('A', 43))).Code);
        Assert.Equal(LocalNodeState.Locked, manager.Membership.State);
        await manager.Membership.UnlockAsync(key, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        Assert.Equal(LocalNodeState.Active, manager.Membership.State);
        Assert.Equal(key, manager.State.Swarm!.UnlockKey!.Value);
        Assert.Equal(SwarmErrorCode.AlreadyExists, (await RefusedAsync(manager, key)).Code);
    }

    [Fact]
    public async Task EveryManagerLocks_AndUnlocksAgain_AsTheSwarmWantsIt()
    {
        await using var nodes = new TestNodes();
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync(new() { EncryptionConfig = new(true) });
        await second.JoinAsync(first, first.Tokens.Manager);
        await LockedAsync(second, true);
        await first.Member.Store.UpdateAsync(tx => tx.Put(tx.View.Swarm! with { UnlockKey = null }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await LockedAsync(first, false);
        await LockedAsync(second, false);
        await second.RestartAsync();
        Assert.Equal(LocalNodeState.Active, second.Membership.State);
    }

    [Fact]
    public async Task LockedManager_HasItsPrivateKeySealed_AndKeepsIt()
    {
        await using var nodes = new TestNodes();
        var manager = nodes.New("m1");
        await manager.InitAsync(new() { EncryptionConfig = new(true) });
        await LockedAsync(manager, true);
        AssertNoPlainKey(manager);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(SwarmDirectory.FileMode, File.GetUnixFileMode(KeyFile(manager)));
        var id = manager.Member.NodeId;
        var key = manager.State.Swarm!.UnlockKey!.Value;
        await manager.RestartAsync();
        Assert.Equal(LocalNodeState.Locked, manager.Membership.State);
        AssertNoPlainKey(manager);
        // As it is when the power was lost before the key was sealed.
        new CertificateFiles(manager.Directory.Certificates, Keyring.Open(manager.Directory.KeyringFile, UnlockKey.Seals(key))).Seal(false);
        Assert.True(HasPlainKey(manager));
        await manager.Membership.UnlockAsync(key, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        Assert.Equal(id, manager.Member.NodeId);
        AssertNoPlainKey(manager);
    }

    [Fact]
    public async Task ManagerThatLostItsPowerWhileItWasBeingUnlocked_StartsByItself()
    {
        await using var nodes = new TestNodes();
        var manager = nodes.New("m1");
        await manager.InitAsync();
        await manager.StopAsync();
        var keyring = Keyring.Open(manager.Directory.KeyringFile, KeyEncryptionKey.FromFile(manager.Directory.KeyringKeyFile));
        new CertificateFiles(manager.Directory.Certificates, keyring).Seal(true);
        AssertNoPlainKey(manager);
        await manager.RestartAsync();
        Assert.Equal(LocalNodeState.Active, manager.Membership.State);
        Assert.True(HasPlainKey(manager));
    }

    [Fact]
    public async Task Autolock_SealsThePrivateKeyOfEachManager_AndOpensItAgain()
    {
        await using var nodes = new TestNodes();
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        Assert.True(HasPlainKey(first) && HasPlainKey(second));
        await SetUnlockKeyAsync(nodes, UnlockKey.Create());
        foreach (var manager in (TestNode[])[first, second])
        {
            await LockedAsync(manager, true);
            await TestNodes.UntilAsync(() => !HasPlainKey(manager), () => "the private key is not sealed");
            AssertNoPlainKey(manager);
        }
        // Another unlock key opens it from now on.
        var (old, next) = (first.State.Swarm!.UnlockKey!, UnlockKey.Create());
        await SetUnlockKeyAsync(nodes, next);
        await TestNodes.UntilAsync(() => Opens(second, next) && !Opens(second, old), () => "the keyring is not sealed by the new unlock key");
        await second.RestartAsync();
        Assert.Equal(SwarmErrorCode.Unauthenticated, (await RefusedAsync(second, old.Value)).Code);
        await second.Membership.UnlockAsync(next.Value, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        AssertNoPlainKey(second);

        await SetUnlockKeyAsync(nodes, null);
        foreach (var manager in (TestNode[])[first, second])
        {
            await LockedAsync(manager, false);
            await TestNodes.UntilAsync(() => HasPlainKey(manager), () => "the private key is sealed still");
        }
        await second.RestartAsync();
        Assert.Equal(LocalNodeState.Active, second.Membership.State);
    }

    [Fact]
    public async Task PromotedWorker_SealsItsPrivateKey_AndOpensItWhenItIsAWorkerAgain()
    {
        await using var nodes = new TestNodes();
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync(new() { EncryptionConfig = new(true) });
        await second.JoinAsync(first, first.Tokens.Worker);
        var id = second.Member.NodeId;
        await first.SeesAsync(id, NodeState.Ready);
        Assert.True(HasPlainKey(second));
        await SetRoleAsync(first, id, NodeRole.Manager);
        await TestNodes.UntilAsync(() => second.Membership.Member?.Store.Current.Swarm is not null, () => $"it did not become a manager: {second.Membership.Error}");
        await LockedAsync(second, true);
        await TestNodes.UntilAsync(() => !HasPlainKey(second), () => "the private key is not sealed");
        AssertNoPlainKey(second);

        await SetRoleAsync(first, id, NodeRole.Worker);
        await TestNodes.UntilAsync(
            () => second.Membership is { State: LocalNodeState.Active, Member.Store.Current.Swarm: null }, () => $"it did not become a worker: {second.Membership.State} {second.Membership.Error}");
        Assert.True(HasPlainKey(second));
        await second.RestartAsync();
        Assert.Equal(LocalNodeState.Active, second.Membership.State);
    }

    [Fact]
    public async Task ManagerThatIsDemotedWhileItIsLocked_BecomesAWorker_OnceItIsUnlocked()
    {
        await using var nodes = new TestNodes();
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync(new() { EncryptionConfig = new(true) });
        await second.JoinAsync(first, first.Tokens.Manager);
        AssertNoPlainKey(second);
        var (id, key) = (second.Member.NodeId, first.State.Swarm!.UnlockKey!.Value);
        // With three managers, the quorum goes on without the locked one.
        var third = nodes.New("m3");
        await third.JoinAsync(first, first.Tokens.Manager);
        await second.RestartAsync();
        Assert.Equal(LocalNodeState.Locked, second.Membership.State);
        await SetRoleAsync(first, id, NodeRole.Worker);
        await TestNodes.UntilAsync(() => first.State.Nodes.Find(id) is { ManagerStatus: null }, () => "it is in the quorum still");
        await second.Membership.UnlockAsync(key, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await TestNodes.UntilAsync(
            () => second.Membership is { State: LocalNodeState.Active, Member.Store.Current.Swarm: null }, () => $"it did not become a worker: {second.Membership.State} {second.Membership.Error}");
        Assert.True(HasPlainKey(second));
    }

    [Fact]
    public async Task DamagedLockedManager_RejoinsOnceItIsUnlocked_AndSealsItsKeyAgain()
    {
        await using var nodes = new TestNodes();
        var (first, second, third) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"));
        await first.InitAsync(new() { EncryptionConfig = new(true) });
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        var key = first.State.Swarm!.UnlockKey!.Value;
        await third.StopAsync();
        foreach (var file in Directory.GetFiles(third.Directory.Raft, "*", SearchOption.AllDirectories))
            File.WriteAllBytes(file, []);
        await third.RestartAsync();
        Assert.Equal(LocalNodeState.Locked, third.Membership.State);
        await third.Membership.UnlockAsync(key, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await TestNodes.UntilAsync(
            () => third.Membership.Member?.Store.Current.Swarm is not null && !HasPlainKey(third), () => $"it is no locked manager: {third.Membership.State} {third.Membership.Error}");
        await LockedAsync(third, true);
        AssertNoPlainKey(third);
    }

    private static string KeyFile(TestNode node) => Path.Combine(node.Directory.Certificates, "swarm-node.key");

    private static bool HasPlainKey(TestNode node) => File.ReadAllText(KeyFile(node)).Contains("-----BEGIN PRIVATE KEY", StringComparison.Ordinal);

    private static void AssertNoPlainKey(TestNode node)
    {
        foreach (var file in Directory.EnumerateFiles(node.Directory.Certificates))
            Assert.DoesNotContain("BEGIN PRIVATE KEY", Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
    }

    private static bool Opens(TestNode node, SecretText unlockKey)
    {
        try
        {
            Keyring.Open(node.Directory.KeyringFile, UnlockKey.Seals(unlockKey.Value));
            return true;
        }
        catch (SwarmException refusal) when (refusal.Code is SwarmErrorCode.Unauthenticated)
        {
            return false;
        }
    }

    /// <summary>By whichever manager leads: renewals recycle the connections of the log.</summary>
    private static async Task SetUnlockKeyAsync(TestNodes nodes, SecretText? key)
    {
        using var late = new CancellationTokenSource(TestNodes.Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await TrySetAsync())
            await timer.WaitForNextTickAsync(late.Token);

        async Task<bool> TrySetAsync()
        {
            try
            {
                var leader = nodes.All.FirstOrDefault(node => node.Membership.Member?.Quorum?.IsLeader == true);
                if (leader is null)
                    return false;
                await leader.Member.Store.UpdateAsync(tx => tx.Put(tx.View.Swarm! with { UnlockKey = key }), late.Token);
                return true;
            }
            catch (SwarmException lost) when (lost.Code is SwarmErrorCode.Unavailable)
            {
                return false;
            }
        }
    }

    private static Task SetRoleAsync(TestNode manager, string id, NodeRole role) => manager.Member.Store.UpdateAsync(
        tx => tx.Put(tx.View.Nodes.Find(id)! with { Spec = tx.View.Nodes.Find(id)!.Spec with { Role = role } }), CancellationToken.None).WaitAsync(TestNodes.Deadline);

    private static Task LockedAsync(TestNode node, bool locked) => TestNodes.UntilAsync(
        () => Keyring.LockOf(node.Directory.KeyringFile) == (locked ? KeyringLock.UnlockKey : KeyringLock.File) && File.Exists(node.Directory.KeyringKeyFile) != locked,
        () => "the keyring is not sealed as the swarm wants it");

    private static Task<SwarmException> RefusedAsync(TestNode node, string key) =>
        Assert.ThrowsAsync<SwarmException>(() => node.Membership.UnlockAsync(key, CancellationToken.None).WaitAsync(TestNodes.Deadline));
}
