using SwarmPS.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class NewClusterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AManagerWhoseOthersAreLost_GoesOnAlone_WithEverythingItHad(bool locked)
    {
        await using var nodes = new TestNodes();
        var (first, second, third) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"));
        await first.InitAsync(new() { EncryptionConfig = new(locked) });
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        await first.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "t1" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await TestNodes.UntilAsync(() => third.State.Tasks.Find("t1") is not null, () => "the third manager has not got the task");
        var (swarm, id) = (third.State.Swarm!.Id, third.Member.NodeId);
        await first.StopAsync();
        await second.StopAsync();

        Assert.Equal(id, await ForceAsync(third));
        Assert.Equal((swarm, LocalNodeState.Active), (third.State.Swarm!.Id, third.Membership.State));
        Assert.NotNull(third.State.Tasks.Find("t1"));
        Assert.Equal([id], third.State.Nodes.All.Where(node => node.Spec.Role is NodeRole.Manager).Select(node => node.Id));
        Assert.Equal([id], third.State.Nodes.All.Where(node => node.ManagerStatus is not null).Select(node => node.Id));
        await third.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "t2" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);

        if (locked)
            return;
        // It stays so after a restart, and takes in new managers.
        await third.RestartAsync();
        Assert.NotNull(third.State.Tasks.Find("t2"));
        var fourth = nodes.New("m4");
        await fourth.JoinAsync(third, third.Tokens.Manager);
        Assert.Equal(2, third.State.Nodes.All.Count(node => node.ManagerStatus is not null));
    }

    [Fact]
    public async Task AManagerThatComesBack_HasNoPartInTheNewCluster()
    {
        await using var nodes = new TestNodes();
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await TestNodes.UntilAsync(() => second.State.Nodes.Count == 2, () => "the second manager does not know both");
        var lost = first.Member.NodeId;
        await first.StopAsync();
        await ForceAsync(second);
        await first.RestartAsync();
        await second.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "t1" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        Assert.Equal(NodeRole.Worker, second.State.Nodes.Find(lost)!.Spec.Role);
        Assert.Null(second.State.Nodes.Find(lost)!.ManagerStatus);
        Assert.True(second.Member.Quorum!.IsLeader);
    }

    private static Task<string> ForceAsync(TestNode node) =>
        node.Membership.InitAsync(new SwarmInitRequest { ForceNewCluster = true, ListenAddr = "0.0.0.0:2377" }, CancellationToken.None).WaitAsync(TestNodes.Deadline);
}
