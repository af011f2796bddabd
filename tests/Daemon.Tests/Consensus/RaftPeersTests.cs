using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Whom a manager lets into the log's connections, by what it knows.</summary>
public sealed class RaftPeersTests
{
    private const string Peer = "node2";

    public static TheoryData<string, Node?, bool, bool, bool> Cases => new()
    {
        { "a manager", new() { Id = Peer, Role = NodeRole.Manager }, true, false, true },
        { "one that is demoted and not out yet", new() { Id = Peer, Role = NodeRole.Manager, Spec = new() { Role = NodeRole.Worker } }, true, false, true },
        { "a worker, as the newest state has it", new() { Id = Peer, Role = NodeRole.Worker }, true, true, false },
        { "unknown to the newest state", null, true, true, false },
        { "a worker in a state that is read again, and named by a leader", new() { Id = Peer, Role = NodeRole.Worker }, false, true, true },
        { "unknown to a state that is read again, and named by a leader", null, false, true, true },
        { "a worker in a state that is read again, and named by nobody", new() { Id = Peer, Role = NodeRole.Worker }, false, false, false },
        { "unknown, and named by nobody", null, false, false, false },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Peer_IsJudgedByTheNewestStateAlone(string what, Node? node, bool isCurrent, bool isNamed, bool admitted)
    {
        var store = TestManager.NewStore();
        store.Install(Snapshot.Restore(1, node is null ? [] : [node], []));
        Assert.True(admitted == RaftPeers.Admits(store.Current, Peer, isCurrent, id => isNamed && id == Peer), what);
    }
}
