using SwarmPS.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

/// <summary>Promotions and demotions that once cost the quorum, each by its way.</summary>
public sealed class LostQuorumTests : IAsyncDisposable
{
    private readonly TestNodes nodes = new();

    public ValueTask DisposeAsync() => nodes.DisposeAsync();

    /// <summary>The log that it reads again tells for a while that its leader is a worker.</summary>
    [Fact]
    public async Task ManagerThatIsPromotedAgain_FollowsALeaderThatItsLogKnowsAsAWorker()
    {
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Worker);
        var (one, two) = (first.Member.NodeId, second.Member.NodeId);
        await first.SeesAsync(two, NodeState.Ready);
        for (var i = 0; i < 200; i++)
            await first.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = $"t{i}" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await SetRoleAsync(two, NodeRole.Manager);
        await IsManagerAsync(second, by: first);
        for (var round = 0; round < 2; round++)
        {
            await SetRoleAsync(one, NodeRole.Worker);
            await IsWorkerAsync(first, by: second);
            await SetRoleAsync(one, NodeRole.Manager);
            await IsManagerAsync(first, by: second);
            Assert.NotNull(first.State.Tasks.Find("t199"));
        }
    }

    [Fact]
    public async Task DemotedLeaderOfTwo_HandsOver_AndTheOtherGoesOnAlone()
    {
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        var id = first.Member.NodeId;
        await IsManagerAsync(second, by: first);
        await SetRoleAsync(id, NodeRole.Worker);
        await IsWorkerAsync(first, by: second);
        Assert.Equal([second.Address], second.State.Nodes.All.Select(node => node.ManagerStatus?.Addr).OfType<string>());
        await second.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "alone" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await second.RestartAsync();
        Assert.NotNull(second.State.Tasks.Find("alone"));
    }

    /// <summary>It never hears of its demotion from the log, for it is no member by then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManagerThatIsDemotedWhileItIsAway_FindsOutFromTheOthers_WhatItIs(bool promotedAgain)
    {
        var (first, second, third) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        var id = third.Member.NodeId;
        await IsManagerAsync(third, by: first);
        await third.StopAsync();
        await SetRoleAsync(id, NodeRole.Worker);
        await TestNodes.UntilAsync(() => Leader().State.Nodes.Find(id) is { CurrentRole: NodeRole.Worker, ManagerStatus: null }, () => "it is in the quorum still");
        if (promotedAgain)
            await SetRoleAsync(id, NodeRole.Manager);
        Assert.Equal(NodeRole.Worker, Leader().State.Nodes.Find(id)!.CurrentRole);
        await third.RestartAsync();
        await (promotedAgain ? IsManagerAsync(third, by: Leader()) : IsWorkerAsync(third, by: Leader()));
    }

    [Fact]
    public async Task LostManager_ThatComesBackToASwarmMadeAnewByForce_BecomesItsWorker_AndAdvisesNoOtherOne()
    {
        var (first, second, third) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        await IsManagerAsync(third, by: first);
        await TestNodes.UntilAsync(() => third.State.Nodes.All.Count(node => node.ManagerStatus is not null) == 3, () => "the third manager does not know the others");
        await first.StopAsync();
        await second.StopAsync();
        await third.Membership.InitAsync(new SwarmInitRequest { ForceNewCluster = true, ListenAddr = "0.0.0.0:2377" }, CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await first.RestartAsync();
        Assert.DoesNotContain("force", first.Member.Quorum!.NoLeader, StringComparison.OrdinalIgnoreCase);
        await IsWorkerAsync(first, by: third);
    }

    [Fact]
    public async Task ManagerWithoutAnyOther_IsToldHowToMakeASwarmByForce_AndWhatThatDestroys_OnceTheOthersWereAsked()
    {
        var (first, second) = (nodes.New("m1"), nodes.New("m2"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await IsManagerAsync(second, by: first);
        await first.StopAsync();
        var advice = second.Member.Quorum!.NoLeader;
        Assert.DoesNotContain("force", advice, StringComparison.OrdinalIgnoreCase);
        await TestNodes.UntilAsync(() => (advice = second.Member.Quorum!.NoLeader).Contains("--force-new-cluster", StringComparison.Ordinal), () => $"it is not told: {advice}");
        Assert.Contains("What only the lost managers have is gone then", advice, StringComparison.Ordinal);
    }

    private TestNode Leader() => nodes.All.First(node => node.IsRunning && node.Membership.Member?.Quorum?.IsLeader == true);

    private Task SetRoleAsync(string id, NodeRole role) => Leader().Member.Store.UpdateAsync(
        tx =>
        {
            var node = tx.View.Nodes.Find(id)!;
            tx.Put(node with { Spec = node.Spec with { Role = role } });
        },
        CancellationToken.None).WaitAsync(TestNodes.Deadline);

    /// <summary>By its certificate, its seat in the quorum and its session.</summary>
    private static Task IsManagerAsync(TestNode node, TestNode by) => TestNodes.UntilAsync(
        () => Certified(node) is NodeRole.Manager && node.Membership.Member is { Store.Current.Swarm: not null, NodeId: var id } &&
            by.State.Nodes.Find(id) is { CurrentRole: NodeRole.Manager, SessionRole: NodeRole.Manager, ManagerStatus.Reachability: Reachability.Reachable, Status.State: NodeState.Ready },
        () => $"it is no manager: {node.Membership.State} {node.Membership.Error} {node.Membership.Member?.Quorum?.NoLeader} {by.State.Nodes.Find(node.Member.NodeId)}");

    private static Task IsWorkerAsync(TestNode node, TestNode by) => TestNodes.UntilAsync(
        () => Certified(node) is NodeRole.Worker && node.Membership is { State: LocalNodeState.Active, Member: { Quorum: null, NodeId: var id } } &&
            by.State.Nodes.Find(id) is { CurrentRole: NodeRole.Worker, SessionRole: NodeRole.Worker, ManagerStatus: null, Status.State: NodeState.Ready },
        () => $"it is no worker: {node.Membership.State} {node.Membership.Error} {node.Membership.Member?.Quorum?.NoLeader} {by.State.Nodes.Find(node.Member.NodeId)}");

    private static NodeRole Certified(TestNode node) =>
        NodeCertificate.Read(node.Directory.Certificates).ReadSubject().Role;
}
