using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class RootChangeTests
{
    [Fact]
    public async Task ANewRoot_GetsToEveryNode_AndTheOldTokenLetsNobodyInAnyMore()
    {
        await using var nodes = new TestNodes();
        var (managers, worker) = await ManagersAndWorkerAsync(nodes);
        var first = managers[0];
        var (oldRoot, oldTokens) = (first.State.Swarm!.TLSInfo!.TrustRoot!, first.Tokens);
        await BeginAsync(first, 1);
        await DoneAsync(first, oldRoot);

        var root = first.State.Swarm!.TLSInfo!;
        Assert.NotEqual(oldTokens.Worker[..59], first.Tokens.Worker[..59]);
        Assert.NotEqual(oldTokens.Manager[..59], first.Tokens.Manager[..59]);
        Assert.All(first.State.Nodes.All, node => Assert.Equal(root.CertIssuerPublicKey, node.Description!.TLSInfo!.CertIssuerPublicKey));
        await OnlyTrustedAsync(root.TrustRoot!, [.. managers, worker]);
        await LeaderAsync(managers);
        var late = nodes.New("w2");
        Assert.Contains("digests differ", (await Assert.ThrowsAsync<SwarmException>(() => late.JoinAsync(first, oldTokens.Worker))).Message);
        await late.JoinAsync(first, first.Tokens.Worker);
        await first.SeesAsync(late.Member.NodeId, NodeState.Ready);
        await OnlyTrustedAsync(root.TrustRoot!, late);
    }

    [Fact]
    public async Task ThreeRoots_OneAfterAnother_WhileServicesAreDeployed_ReachEveryNode_AndLoseNothing()
    {
        await using var nodes = new TestNodes();
        var (managers, worker) = await ManagersAndWorkerAsync(nodes);
        using var done = new CancellationTokenSource();
        var deploys = DeployAsync(managers, done.Token);
        List<string> roots = [managers[1].State.Swarm!.TLSInfo!.TrustRoot!];
        for (var change = 1UL; change <= 3; change++)
        {
            await WriteAsync(managers, tx => tx.Put(Changed(tx.View.Swarm!, change)));
            if (change == 2)
            {
                var lost = await LeaderAsync(managers);
                await lost.StopAsync();
                await LeaderAsync(managers);
                await lost.RestartAsync();
            }
            await DoneAsync(managers[1], roots[^1]);
            roots.Add(managers[1].State.Swarm!.TLSInfo!.TrustRoot!);
        }
        await done.CancelAsync();
        var deployed = await deploys;

        await OnlyTrustedAsync(roots[^1], [.. managers, worker]);
        Assert.Equal(4, roots.Distinct().Count());
        var state = (await LeaderAsync(managers)).State;
        Assert.Equal(4, state.Nodes.Count);
        Assert.All(state.Nodes.All, node => Assert.Equal(state.Swarm!.TLSInfo!.CertIssuerPublicKey, node.Description!.TLSInfo!.CertIssuerPublicKey));
        Assert.NotEmpty(deployed);
        Assert.All(deployed, id => Assert.Equal("updated", state.Services.Find(id)?.Spec.TaskTemplate.ContainerSpec?.Image));
        foreach (var node in managers.Append(worker))
            await managers[1].SeesAsync(node.Member.NodeId, NodeState.Ready);
    }

    [Fact]
    public async Task AWorkerThatIsAway_HoldsItUp_AndANewChangeSupersedesIt()
    {
        await using var nodes = new TestNodes();
        var (manager, worker, oldRoot) = await WorkerIsAwayAsync(nodes);
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
        var (manager, worker, oldRoot) = await WorkerIsAwayAsync(nodes);
        using var own = RootCa.Create(TimeProvider.System);
        await BeginAsync(manager, 0, own);
        Assert.Null(manager.State.Swarm!.Spec.CAConfig!.SigningCAKey);
        await manager.RestartAsync();
        await worker.RestartAsync();
        await DoneAsync(manager, oldRoot);
        Assert.Equal(own.CertificatePem, manager.State.Swarm!.TLSInfo!.TrustRoot);
    }

    private static async Task<(TestNode[] Managers, TestNode Worker)> ManagersAndWorkerAsync(TestNodes nodes)
    {
        var (first, second, third, worker) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"), nodes.New("w1"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        await worker.JoinAsync(first, first.Tokens.Worker);
        return ([first, second, third], worker);
    }

    private static async Task<(TestNode Manager, TestNode Worker, string Root)> WorkerIsAwayAsync(TestNodes nodes)
    {
        var (manager, worker) = (nodes.New("m1"), nodes.New("w1"));
        await manager.InitAsync();
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        await worker.StopAsync();
        return (manager, worker, manager.State.Swarm!.TLSInfo!.TrustRoot!);
    }

    private static async Task<TestNode> LeaderAsync(TestNode[] managers)
    {
        TestNode? leader = null;
        await TestNodes.UntilAsync(
            () => (leader = managers.FirstOrDefault(node => node.Membership.Member?.Quorum is { IsLeader: true })) is not null, () => "no manager leads");
        return leader!;
    }

    /// <summary>Makes services and updates each, one after the other, until told to stop; gives the ids of those that were acknowledged.</summary>
    private static async Task<List<string>> DeployAsync(TestNode[] managers, CancellationToken done)
    {
        List<string> deployed = [];
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; !done.IsCancellationRequested; i++)
        {
            var id = $"s{i}";
            foreach (var image in (string[])["new", "updated"])
            {
                await WriteAsync(managers, tx => tx.Put((tx.View.Services.Find(id) ?? new() { Id = id, Spec = new() }) with
                {
                    // No tasks: the nodes' engine runs nothing.
                    Spec = new() { Name = id, Mode = new() { Replicated = new(0) }, TaskTemplate = new() { ContainerSpec = new() { Image = image } } },
                }));
            }
            deployed.Add(id);
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
        return deployed;
    }

    /// <summary>Writes on whichever manager leads, again where that one is lost on the way.</summary>
    private static async Task WriteAsync(TestNode[] managers, Action<StoreTransaction> write)
    {
        while (true)
        {
            var leader = await LeaderAsync(managers);
            try
            {
                await leader.Member.Store.UpdateAsync(write, CancellationToken.None).WaitAsync(TestNodes.Deadline);
                return;
            }
            catch (Exception lost) when (lost is SwarmException or LeaderChangedException or OperationCanceledException or ObjectDisposedException)
            {
                await TestNodes.UntilAsync(() => leader.Membership.Member?.Quorum is not { IsLeader: true }, () => $"the leader refuses: {lost}");
            }
        }
    }

    private static Task BeginAsync(TestNode leader, ulong forced, RootCa? own = null) =>
        leader.Member.Store.UpdateAsync(tx => tx.Put(Changed(tx.View.Swarm!, forced, own)), CancellationToken.None).WaitAsync(TestNodes.Deadline);

    /// <summary>As the API does on the leader.</summary>
    private static SwarmObject Changed(SwarmObject swarm, ulong forced, RootCa? own = null)
    {
        var config = swarm.Spec.CAConfig! with { ForceRotate = forced, SigningCACert = own?.CertificatePem, SigningCAKey = own?.ExportKeyPem() };
        return RootChange.Begin(swarm, swarm.Spec with { CAConfig = config }, TimeProvider.System);
    }

    private static Task DoneAsync(TestNode manager, string oldRoot) => TestNodes.UntilAsync(
        () => manager.Membership.Member?.Store.Current.Swarm is { RootRotationInProgress: false, TLSInfo.TrustRoot: { } root } && root != oldRoot,
        () => "the root is not changed; certificates of the new one: "
            + string.Join(", ", manager.State.Nodes.All.Select(node => $"{node.Id} {node.Status.State} {node.Description?.TLSInfo?.CertIssuerPublicKey?[^12..]}")));

    private static async Task OnlyTrustedAsync(string root, params TestNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await TestNodes.UntilAsync(() => NodeCertificate.Read(node.Directory.Certificates).RootPem == root, () => "a node trusts other roots than the swarm");
        }
    }
}
