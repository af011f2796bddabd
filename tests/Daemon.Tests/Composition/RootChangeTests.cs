using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class RootChangeTests
{
    [Fact]
    public async Task ANewRoot_GetsToEveryNode_AndTheOldTokenLetsNobodyInAnyMore()
    {
        await using var nodes = new TestNodes();
        var (first, second, third, worker) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"), nodes.New("w1"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        await worker.JoinAsync(first, first.Tokens.Worker);
        var (oldRoot, oldTokens) = (first.State.Swarm!.TLSInfo!.TrustRoot!, first.Tokens);
        await BeginAsync(first, 1);
        await DoneAsync(first, oldRoot);

        var root = first.State.Swarm!.TLSInfo!;
        Assert.NotEqual(oldTokens.Worker[..59], first.Tokens.Worker[..59]);
        Assert.NotEqual(oldTokens.Manager[..59], first.Tokens.Manager[..59]);
        Assert.All(first.State.Nodes.All, node => Assert.Equal(root.CertIssuerPublicKey, node.Description!.TLSInfo!.CertIssuerPublicKey));
        await OnlyTrustedAsync(root.TrustRoot!, first, second, third, worker);
        await TestNodes.UntilAsync(
            () => new[] { first, second, third }.Any(node => node.Member.Quorum!.IsLeader), () => "no manager leads after the root has changed");
        var late = nodes.New("w2");
        Assert.Contains("digests differ", (await Assert.ThrowsAsync<SwarmException>(() => late.JoinAsync(first, oldTokens.Worker))).Message);
        await late.JoinAsync(first, first.Tokens.Worker);
        await first.SeesAsync(late.Member.NodeId, NodeState.Ready);
        await OnlyTrustedAsync(root.TrustRoot!, late);
    }

    [Fact]
    public async Task AWorkerThatIsAway_HoldsItUp_AndANewChangeSupersedesIt()
    {
        await using var nodes = new TestNodes();
        var (manager, worker) = (nodes.New("m1"), nodes.New("w1"));
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        await worker.StopAsync();
        var oldRoot = manager.State.Swarm!.TLSInfo!.TrustRoot!;
        await BeginAsync(manager, 1);
        var superseded = manager.State.Swarm!.Rotation!.CertificatePem;
        await BeginAsync(manager, 2);
        var next = manager.State.Swarm!.Rotation!.CertificatePem;
        Assert.NotEqual(superseded, next);
        await OnlyTrustedAsync(oldRoot + next, manager);
        Assert.True(manager.State.Swarm!.RootRotationInProgress);

        // The worker trusts the old root alone, and the manager's certificate is the new one's by now.
        await worker.RestartAsync();
        await DoneAsync(manager, oldRoot);
        Assert.Equal(next, manager.State.Swarm!.TLSInfo!.TrustRoot);
        await OnlyTrustedAsync(next, manager, worker);
    }

    [Fact]
    public async Task AChangeToAnOwnRoot_IsEndedAfterTheManagerStartsAgain()
    {
        await using var nodes = new TestNodes();
        var (manager, worker) = (nodes.New("m1"), nodes.New("w1"));
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        await worker.StopAsync();
        var oldRoot = manager.State.Swarm!.TLSInfo!.TrustRoot!;
        using var own = RootCa.Create(TimeProvider.System);
        await BeginAsync(manager, 0, own);
        Assert.Null(manager.State.Swarm!.Spec.CAConfig!.SigningCAKey);
        await manager.RestartAsync();
        await worker.RestartAsync();
        await DoneAsync(manager, oldRoot);
        Assert.Equal(own.CertificatePem, manager.State.Swarm!.TLSInfo!.TrustRoot);
    }

    /// <summary>As the API does on the leader.</summary>
    private static Task BeginAsync(TestNode leader, ulong forced, RootCa? own = null) => leader.Member.Store.UpdateAsync(
        tx =>
        {
            var swarm = tx.View.Swarm!;
            var config = swarm.Spec.CAConfig! with { ForceRotate = forced, SigningCACert = own?.CertificatePem, SigningCAKey = own?.ExportKeyPem() };
            tx.Put(RootChange.Begin(swarm, swarm.Spec with { CAConfig = config }, TimeProvider.System));
        },
        CancellationToken.None).WaitAsync(TestNodes.Deadline);

    private static Task DoneAsync(TestNode manager, string oldRoot) => TestNodes.UntilAsync(
        () => manager.Membership.Member?.Store.Current.Swarm is { RootRotationInProgress: false, TLSInfo.TrustRoot: { } root } && root != oldRoot,
        () => "the root is not changed; certificates of the new one: "
            + string.Join(", ", manager.State.Nodes.All.Select(node => $"{node.Id} {node.Status.State} {node.Description?.TLSInfo?.CertIssuerPublicKey?[^12..]}")));

    private static async Task OnlyTrustedAsync(string root, params TestNode[] nodes)
    {
        foreach (var node in nodes)
        {
            var file = Path.Combine(node.Directory.Certificates, "swarm-root-ca.crt");
            await TestNodes.UntilAsync(() => File.ReadAllText(file) == root, () => "a node trusts other roots than the swarm");
        }
    }
}
