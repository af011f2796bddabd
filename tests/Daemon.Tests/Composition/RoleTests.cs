using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class RoleTests : IAsyncDisposable
{
    private readonly TestNodes nodes = new();

    public ValueTask DisposeAsync() => nodes.DisposeAsync();

    [Fact]
    public async Task PromotedWorker_BecomesAManager_AndBackAWorker_WithoutItsKeys()
    {
        var (first, second) = (nodes.New("a"), nodes.New("b"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Worker);
        var id = second.Member.NodeId;
        await first.SeesAsync(id, NodeState.Ready);

        await SetRoleAsync(first, id, NodeRole.Manager);
        await TestNodes.UntilAsync(() => second.Membership.Member?.Store.Current.Swarm is not null, () => "it did not become a manager");
        await first.SeesAsync(id, NodeState.Ready);
        Assert.Equal(second.Address, first.State.Nodes.Find(id)!.ManagerStatus!.Addr);
        Assert.True(SwarmStanding.IsManager(second.Membership));
        Assert.True(NodeFile.Load(second.Directory.NodeFile)!.InQuorum);

        await SetRoleAsync(first, id, NodeRole.Worker);
        await TestNodes.UntilAsync(
            () => second.Membership is { State: LocalNodeState.Active, Member.Store.Current.Swarm: null }, () => $"it did not become a worker: {second.Membership.State} {second.Membership.Error}");
        await first.SeesAsync(id, NodeState.Ready);
        await TestNodes.UntilAsync(() => first.State.Nodes.Find(id)!.ManagerStatus is null, () => "it is in the quorum still");
        Assert.False(File.Exists(second.Directory.KeyringFile));
        Assert.False(File.Exists(second.Directory.StateFile));
        Assert.Equal(NodeRole.Worker, NodeIdentity.Load(NodeCertificate.Read(second.Directory.Certificates)).Subject.Role);
        Assert.Equal(first.Address, Assert.Single(SwarmStanding.Of(second.Membership).RemoteManagers!).Addr);
    }

    [Fact]
    public async Task PromotedWorker_ThatRestartsMeanwhile_IsAManagerAfterThat()
    {
        var (first, second) = (nodes.New("a"), nodes.New("b"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Worker);
        var id = second.Member.NodeId;
        await first.SeesAsync(id, NodeState.Ready);
        await second.StopAsync();
        await SetRoleAsync(first, id, NodeRole.Manager);
        // As it is when the certificate has come and the quorum has not been joined yet.
        using var root = RootCa.Of(first.State.Swarm!)!;
        var (identity, files) = NodeIdentity.Create(root, new(id, NodeRole.Manager, first.State.Swarm!.Id), TimeSpan.FromDays(1), TimeProvider.System);
        identity.Dispose();
        files.Write(second.Directory.Certificates, File.WriteAllText);
        await second.RestartAsync();
        await TestNodes.UntilAsync(() => second.Membership.Member?.Store.Current.Swarm is not null, () => $"it did not become a manager: {second.Membership.Error}");
    }

    [Fact]
    public async Task ManagerThatLeaves_IsOutOfTheQuorum_SoThatTheOthersGoOn()
    {
        var (first, second) = (nodes.New("a"), nodes.New("b"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        var id = second.Member.NodeId;
        await first.SeesAsync(id, NodeState.Ready);
        Assert.Equal(SwarmErrorCode.Unavailable, (await Assert.ThrowsAsync<SwarmException>(() => second.Membership.LeaveAsync(force: false, CancellationToken.None))).Code);
        await second.Membership.LeaveAsync(force: true, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await first.SeesAsync(id, NodeState.Down);
        Assert.Null(first.State.Nodes.Find(id)!.ManagerStatus);
    }

    [Fact]
    public async Task RemovedWorker_SaysSo()
    {
        var (first, second) = (nodes.New("a"), nodes.New("b"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Worker);
        var id = second.Member.NodeId;
        await first.SeesAsync(id, NodeState.Ready);
        await first.Member.Store.UpdateAsync(tx => tx.Delete(tx.View.Nodes.Find(id)!), CancellationToken.None);
        await TestNodes.UntilAsync(() => second.Membership.State is LocalNodeState.Error, () => "it did not notice");
        Assert.Contains("it was removed", second.Membership.Error);
        await second.Membership.LeaveAsync(force: false, CancellationToken.None);
        Assert.Equal(LocalNodeState.Inactive, second.Membership.State);
    }

    private static Task SetRoleAsync(TestNode manager, string id, NodeRole role) => manager.Member.Store.UpdateAsync(
        tx =>
        {
            var node = tx.View.Nodes.Find(id)!;
            tx.Put(node with { Spec = node.Spec with { Role = role } });
        },
        CancellationToken.None);
}
