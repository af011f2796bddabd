using System.Text;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Persistence;
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

    private static Task LockedAsync(TestNode node, bool locked) => TestNodes.UntilAsync(
        () => Keyring.LockOf(node.Directory.KeyringFile) == (locked ? KeyringLock.UnlockKey : KeyringLock.File) && File.Exists(node.Directory.KeyringKeyFile) != locked,
        () => "the keyring is not sealed as the swarm wants it");

    private static Task<SwarmException> RefusedAsync(TestNode node, string key) =>
        Assert.ThrowsAsync<SwarmException>(() => node.Membership.UnlockAsync(key, CancellationToken.None).WaitAsync(TestNodes.Deadline));
}
