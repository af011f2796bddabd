using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Tests.Consensus;
using SwarmPS.Daemon.Tests.Forwarding;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Leader;

public sealed class ManagerRoleTests
{
    [Fact]
    public async Task Statuses_FollowWhoLeadsAndWhoIsReached()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        await StatusesAsync(cluster, leader, Reachability.Reachable, Reachability.Reachable);
        await ManagerCluster.StopAsync(leader);
        var next = await cluster.LeaderAsync();
        await TestCluster.UntilAsync(
            () => Status(next, leader.NodeId) is { Reachability: Reachability.Unreachable, Leader: null } && Status(next, next.NodeId) is { Leader: true } ? this : null,
            "the lost leader is not shown as unreachable");
        await cluster.StartAsync(leader);
        await TestCluster.UntilAsync(() => Status(next, leader.NodeId) is { Reachability: Reachability.Reachable } ? this : null, "the returned manager is not shown as reachable");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADemotedManager_LeavesTheQuorum_AndTheOthersGoOn(bool theLeader)
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        await StatusesAsync(cluster, leader, Reachability.Reachable, Reachability.Reachable);
        var demoted = theLeader ? leader : await cluster.FollowerAsync();
        var other = cluster.Running.First(manager => manager != demoted);
        await SetRoleAsync(other, demoted.NodeId, "worker");
        await TestCluster.UntilAsync(() => other.Quorum!.Raft.Members.Count == 2 && Status(other, demoted.NodeId) is null ? this : null, "the demoted manager is still a member");
        await other.OkAsync("POST", "/services/create", """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"busybox"}}}""");
        Assert.Equal(NodeRole.Worker, other.Store.Current.Nodes.Find(demoted.NodeId)!.Spec.Role);
    }

    [Fact]
    public async Task DemotingIsRefused_ForTheLastManager_AndWhereTheQuorumWouldBeLost()
    {
        await using var cluster = await ManagerCluster.StartAsync(1);
        var first = cluster.Managers[0];
        Assert.Contains("attempting to demote the last manager of the swarm", await RefusedAsync(first, first.NodeId));
        var second = await cluster.JoinAsync();
        var third = await cluster.JoinAsync();
        await StatusesAsync(cluster, first, Reachability.Reachable, Reachability.Reachable);
        await ManagerCluster.StopAsync(third);
        await TestCluster.UntilAsync(() => Status(first, third.NodeId) is { Reachability: Reachability.Unreachable } ? this : null, "the lost manager is not shown as unreachable");
        Assert.Contains("this would result in a loss of quorum", await RefusedAsync(first, second.NodeId));
        // The lost one itself is no loss.
        await SetRoleAsync(first, third.NodeId, "worker");
        await TestCluster.UntilAsync(() => first.Quorum!.Raft.Members.Count == 2 ? this : null, "the lost manager is still a member");
    }

    [Fact]
    public async Task ALeavingManager_IsTakenOut_ButNotTheLast()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        await StatusesAsync(cluster, leader, Reachability.Reachable, Reachability.Reachable);
        var leaving = await cluster.FollowerAsync();
        await leaving.Quorum!.LeaveAsync([], CancellationToken.None).WaitAsync(ManagerCluster.Deadline);
        Assert.Equal(2, leader.Quorum!.Raft.Members.Count);
        await using var alone = await ManagerCluster.StartAsync(1);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => alone.Managers[0].Quorum!.LeaveAsync([], CancellationToken.None).WaitAsync(ManagerCluster.Deadline));
        Assert.Contains("the last manager", refusal.Message);
    }

    [Fact]
    public async Task AManager_IsToldWhatItIs_ByALeader()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        await StatusesAsync(cluster, leader, Reachability.Reachable, Reachability.Reachable);
        var asking = await cluster.FollowerAsync();
        Assert.Equal((NodeRole.Manager, true, 3), await StandingAsync(asking, leader));
        await SetRoleAsync(leader, asking.NodeId, "worker");
        await TestCluster.UntilAsync(() => leader.Store.Current.Nodes.Find(asking.NodeId)!.CurrentRole is NodeRole.Worker ? this : null, "it is a manager still");
        Assert.Equal((NodeRole.Worker, false, 2), await StandingAsync(asking, leader));
    }

    [Fact]
    public async Task AManagerIsRemoved_OnlyAfterItWasDemoted()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        await StatusesAsync(cluster, leader, Reachability.Reachable, Reachability.Reachable);
        var removed = await cluster.FollowerAsync();
        var (status, answer) = await leader.SendAsync("DELETE", $"/nodes/{removed.NodeId}?force=1");
        Assert.Equal(400, status);
        Assert.Contains("must be demoted to worker before removal", (string?)answer!["message"]);
        await SetRoleAsync(leader, removed.NodeId, "worker");
        await TestCluster.UntilAsync(() => Status(leader, removed.NodeId) is null ? this : null, "the demoted manager is still a member");
        await leader.OkAsync("DELETE", $"/nodes/{removed.NodeId}?force=1");
    }

    private static async Task<(NodeRole Role, bool IsMember, int Managers)> StandingAsync(ClusterManager asking, ClusterManager leader)
    {
        var standing = await asking.Channels.To(leader.Address).AskAsync(ManagerCalls.Standing, new StandingRequest(asking.Address), CancellationToken.None).WaitAsync(ManagerCluster.Deadline);
        return (standing.Role, standing.IsMember, standing.Managers.Count);
    }

    private static ManagerStatus? Status(ClusterManager on, string nodeId) => on.Store.Current.Nodes.Find(nodeId)?.ManagerStatus;

    private static Task StatusesAsync(ManagerCluster cluster, ClusterManager leader, params Reachability[] others) => TestCluster.UntilAsync(
        () => Status(leader, leader.NodeId) is { Leader: true, Reachability: Reachability.Reachable }
            && cluster.Managers.Where(manager => manager != leader).Select(manager => Status(leader, manager.NodeId)?.Reachability).SequenceEqual(others.Select(r => (Reachability?)r)) ? cluster : null,
        "the managers' statuses do not show who is reached");

    private static async Task SetRoleAsync(ClusterManager by, string nodeId, string role)
    {
        var version = (await by.OkAsync("GET", $"/nodes/{nodeId}"))!["Version"]!["Index"];
        await by.OkAsync("POST", $"/nodes/{nodeId}/update?version={version}", $$"""{"Role":"{{role}}","Availability":"active"}""");
    }

    private static async Task<string> RefusedAsync(ClusterManager by, string nodeId)
    {
        var version = (await by.OkAsync("GET", $"/nodes/{nodeId}"))!["Version"]!["Index"];
        var (status, answer) = await by.SendAsync("POST", $"/nodes/{nodeId}/update?version={version}", """{"Role":"worker","Availability":"active"}""");
        Assert.Equal(400, status);
        return (string)answer!["message"]!;
    }
}
