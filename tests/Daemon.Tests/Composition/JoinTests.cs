using System.Net;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Api;
using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class JoinTests : IAsyncDisposable
{
    private readonly TestNodes nodes = new();
    private readonly TestNode manager;
    private readonly TestNode worker;

    public JoinTests() => (manager, worker) = (nodes.New("m"), nodes.New("w"));

    public ValueTask DisposeAsync() => nodes.DisposeAsync();

    [Fact]
    public async Task Worker_Joins_IsReady_AndKnowsTheManagers()
    {
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker, NodeAvailability.Pause);
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        var node = manager.Find(worker)!;
        Assert.Equal((NodeRole.Worker, NodeAvailability.Pause, "w", "127.0.0.1"), (node.Spec.Role, node.Spec.Availability, node.Description!.Hostname, node.Status.Addr));
        Assert.Null(node.ManagerStatus);
        var info = SwarmStanding.Of(worker.Membership);
        Assert.Equal(("active", false, worker.Member.NodeId), (info.LocalNodeState, info.ControlAvailable, info.NodeId));
        Assert.Equal(new RemoteManager(manager.Member.NodeId, manager.Address), Assert.Single(info.RemoteManagers!));
        var refused = Assert.Throws<SwarmException>(() => SwarmStanding.Manager(worker.Membership));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.StartsWith("This node is not a swarm manager. Worker nodes can't be used", refused.Message);
    }

    [Fact]
    public async Task Worker_ComesBack_AfterARestart_AsTheSameNode()
    {
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        var id = worker.Member.NodeId;
        await manager.SeesAsync(id, NodeState.Ready);
        await worker.StopAsync();
        await manager.SeesAsync(id, NodeState.Down);
        await worker.RestartAsync();
        await manager.SeesAsync(id, NodeState.Ready);
        Assert.Equal((id, 2), (worker.Member.NodeId, manager.State.Nodes.Count));
    }

    [Fact]
    public async Task Worker_FindsTheManagerAgain_AfterThatRestarted()
    {
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        await manager.RestartAsync();
        await TestNodes.UntilAsync(() => manager.Find(worker) is { Status.State: NodeState.Ready }, () => "the worker did not come back");
        Assert.Equal(LocalNodeState.Active, worker.Membership.State);
    }

    [Fact]
    public async Task Manager_Joins_HoldsTheStore_AndIsReady()
    {
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Manager);
        await TestNodes.UntilAsync(() => worker.State.Swarm is not null, () => "the store did not come");
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        Assert.Equal((NodeRole.Manager, worker.Address), (manager.Find(worker)!.Spec.Role, manager.Find(worker)!.ManagerStatus!.Addr));
        await TestNodes.UntilAsync(() => worker.State.Version == manager.State.Version, () => "the stores differ");
        Assert.True(SwarmStanding.Of(worker.Membership).ControlAvailable);
    }

    [Fact]
    public async Task Worker_Leaves_WithoutForce_AndNothingIsLeft()
    {
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        var id = worker.Member.NodeId;
        await manager.SeesAsync(id, NodeState.Ready);
        await worker.Membership.LeaveAsync(force: false, CancellationToken.None);
        Assert.Equal(LocalNodeState.Inactive, worker.Membership.State);
        Assert.Empty(Directory.GetFiles(worker.Directory.Root).Select(Path.GetFileName).Except(["agent.db", "agent.db-wal", "agent.db-shm"]));
        await manager.SeesAsync(id, NodeState.Down);
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        Assert.NotEqual(id, worker.Member.NodeId);
    }

    [Fact]
    public async Task RemovedWorker_IsRefusedAtOnce()
    {
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        var id = worker.Member.NodeId;
        await manager.SeesAsync(id, NodeState.Ready);
        await manager.Member.Store.UpdateAsync(tx => tx.Delete(tx.View.Nodes.Find(id)!), CancellationToken.None);
        using var identity = NodeIdentity.Load(NodeCertificate.Read(worker.Directory.Certificates));
        using var channels = new Daemon.Rpc.ManagerChannels(new(identity, TimeProvider.System));
        var refused = await Assert.ThrowsAsync<SwarmException>(() => channels.To(manager.Address).AskAsync(CertificateCalls.Renew, new([1]), CancellationToken.None));
        Assert.Equal(SwarmErrorCode.PermissionDenied, refused.Code);
        await manager.Member.Store.UpdateAsync(tx => Assert.Null(tx.View.Nodes.Find(id)), CancellationToken.None);
    }

    [Fact]
    public async Task WrongToken_IsRefused_AndTheNodeStaysOutside()
    {
        await manager.InitAsync();
        var last = manager.Tokens.Worker[^1] == '0' ? '1' : '0';
        var refused = await RefusedAsync(manager.Address, manager.Tokens.Worker[..^1] + last);
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
        Assert.StartsWith("The join token is not valid", refused.Message);
        Assert.Equal(LocalNodeState.Inactive, worker.Membership.State);
        Assert.Empty(Directory.GetFileSystemEntries(worker.Directory.Root));
    }

    [Fact]
    public async Task RotatedToken_IsRefused()
    {
        await manager.InitAsync();
        var old = manager.Tokens.Worker;
        await manager.Member.Store.UpdateAsync(
            tx => tx.Put(tx.View.Swarm! with { JoinTokens = new(JoinToken.Create(tx.View.Swarm!.TLSInfo!.TrustRoot!), tx.View.Swarm!.JoinTokens!.Manager) }), CancellationToken.None);
        Assert.StartsWith("The join token is not valid", (await RefusedAsync(manager.Address, old)).Message);
    }

    [Fact]
    public async Task GuessedTokens_AreSlowedDown_WhateverComesThen()
    {
        await manager.InitAsync();
        var wrong = manager.Tokens.Worker[..^25] + new string('0', 25);
        for (var i = 0; i < AttemptLimit.Burst; i++)
            Assert.Equal(SwarmErrorCode.InvalidArgument, (await RefusedAsync(manager.Address, wrong)).Code);
        Assert.Contains("Too many wrong join tokens", (await RefusedAsync(manager.Address, manager.Tokens.Worker)).Message);
    }

    [Fact]
    public async Task TokenOfAnotherSwarm_IsNeverSent()
    {
        await manager.InitAsync();
        using var other = RootCa.Create(TimeProvider.System);
        var refused = await RefusedAsync(manager.Address, JoinToken.Create(other.CertificatePem));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
        Assert.Contains("the digests differ", refused.Message);
        Assert.Contains(manager.Address, refused.Message);
    }

    [Fact]
    public async Task ManagerThatIsNotThere_IsNamed()
    {
        using var other = RootCa.Create(TimeProvider.System);
        var refused = await RefusedAsync("127.0.0.1:1", JoinToken.Create(other.CertificatePem));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.Contains("127.0.0.1:1 is not reached: Connection refused", refused.Message);
    }

    [Theory]
    [InlineData(-30, "the clocks differ")]
    [InlineData(120, "expired at")]
    public async Task ClockThatIsWrong_IsSaid(int days, string reason)
    {
        await manager.InitAsync();
        var late = nodes.New("late", new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(days)));
        var refused = await Assert.ThrowsAsync<SwarmException>(() => late.JoinAsync(manager, manager.Tokens.Worker));
        Assert.Contains(reason, refused.Message);
        Assert.Equal(LocalNodeState.Inactive, late.Membership.State);
    }

    [Fact]
    public async Task NodeInASwarm_MayNotJoinAnother()
    {
        await manager.InitAsync();
        var refused = await Assert.ThrowsAsync<SwarmException>(() => manager.JoinAsync(manager, manager.Tokens.Worker));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.StartsWith("This node is already part of a swarm", refused.Message);
    }

    [Fact]
    public async Task ListenAddressOfAnotherMachine_IsRefused()
    {
        using var other = RootCa.Create(TimeProvider.System);
        var request = worker.Request("127.0.0.1:1", JoinToken.Create(other.CertificatePem)) with { ListenAddr = "192.0.2.7:2377" };
        var refused = await Assert.ThrowsAsync<SwarmException>(() => worker.Membership.JoinAsync(request, CancellationToken.None));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
        Assert.StartsWith("listen address 192.0.2.7 is not an address of this machine", refused.Message);
    }

    [Theory]
    [InlineData("", "at least 1 remote address")]
    [InlineData("host name", "invalid remote address")]
    public void RequestWithoutAManager_IsRefused(string remote, string reason)
    {
        using var root = RootCa.Create(TimeProvider.System);
        var request = new SwarmJoinRequest { RemoteAddrs = remote == "" ? [] : [remote], JoinToken = JoinToken.Create(root.CertificatePem) };
        Assert.Contains(reason, Assert.Throws<SwarmException>(() => JoinPlan.Of(request)).Message);
    }

    [Fact]
    public void Addresses_AreFilledInAsDocker()
    {
        using var root = RootCa.Create(TimeProvider.System);
        var plan = JoinPlan.Of(new() { RemoteAddrs = ["127.0.0.1", "::1", "manager.example", "10.0.0.1:99"], JoinToken = JoinToken.Create(root.CertificatePem) });
        Assert.Equal(["127.0.0.1:2377", "[::1]:2377", "manager.example:2377", "10.0.0.1:99"], plan.Remotes);
        Assert.Equal((new IPEndPoint(IPAddress.Any, 2377), new IPEndPoint(IPAddress.Loopback, 2377)), (plan.Listen, plan.Advertise));
    }

    [Fact]
    public void TextThatIsNoToken_IsRefused_WithoutBeingRepeated()
    {
        var refused = Assert.Throws<SwarmException>(() => JoinPlan.Of(new() { RemoteAddrs = ["127.0.0.1"], JoinToken = "SWMTKN-1-secret" }));
        Assert.StartsWith("invalid join token", refused.Message);
        Assert.DoesNotContain("secret", refused.Message);
    }

    private Task<SwarmException> RefusedAsync(string remote, string token) =>
        Assert.ThrowsAsync<SwarmException>(() => worker.Membership.JoinAsync(worker.Request(remote, token), CancellationToken.None).WaitAsync(TestNodes.Deadline));
}
