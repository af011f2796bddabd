using System.Security.Cryptography;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class NewcomerTests
{
    [Fact]
    public async Task RequestThatIsMadeAgain_GetsTheSameNode_AndLeavesNoOther()
    {
        await using var nodes = new TestNodes();
        var manager = nodes.New("m1");
        await manager.InitAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var channels = new ManagerChannels(PeerTrust.OfNewcomer(manager.State.Swarm!.TLSInfo!.TrustRoot!, TimeProvider.System));
        var request = new IssueRequest(NewcomerTrust.RequestFor(key), manager.Tokens.Worker);
        var first = await AskAsync(channels, manager, request);
        var again = await AskAsync(channels, manager, request);
        Assert.Equal(first.NodeId, again.NodeId);
        Assert.Equal([manager.Member.NodeId, first.NodeId], manager.State.Nodes.All.Select(node => node.Id).OrderBy(id => id == first.NodeId));
        var other = await AskAsync(channels, manager, request with { Request = NewcomerTrust.RequestFor(key) });
        Assert.NotEqual(first.NodeId, other.NodeId);
    }

    [Fact]
    public async Task RequestOfANodeThatIsReplayed_GivesNoOtherRole_AndNothingForAnOldToken()
    {
        await using var nodes = new TestNodes();
        var manager = nodes.New("m1");
        await manager.InitAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var channels = new ManagerChannels(PeerTrust.OfNewcomer(manager.State.Swarm!.TLSInfo!.TrustRoot!, TimeProvider.System));
        var request = new IssueRequest(NewcomerTrust.RequestFor(key), manager.Tokens.Worker);
        var node = await AskAsync(channels, manager, request);
        var replayed = await AskAsync(channels, manager, request with { Token = manager.Tokens.Manager });
        Assert.Equal((node.NodeId, NodeRole.Worker), (replayed.NodeId, replayed.Role));
        Assert.Equal(NodeRole.Worker, manager.State.Nodes.Find(node.NodeId)!.Spec.Role);

        await manager.Member.Store.UpdateAsync(tx => tx.Put(tx.View.Swarm! with { JoinTokens = RootChange.Tokens(tx.View.Swarm!, worker: true, manager: false) }), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, manager, request));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
        Assert.StartsWith("The join token is not valid", refused.Message);
    }

    [Fact]
    public async Task RequestOfARemovedNode_BringsNeitherItsIdBack_NorItsCertificate_ButANewKeyJoins()
    {
        await using var nodes = new TestNodes();
        var manager = nodes.New("m1");
        await manager.InitAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var channels = new ManagerChannels(PeerTrust.OfNewcomer(manager.State.Swarm!.TLSInfo!.TrustRoot!, TimeProvider.System));
        var request = new IssueRequest(NewcomerTrust.RequestFor(key), manager.Tokens.Worker);
        var node = await AskAsync(channels, manager, request);
        await manager.Member.Store.UpdateAsync(
            tx =>
            {
                tx.Delete(tx.View.Nodes.Find(node.NodeId)!);
                tx.Put(RemovedNodes.Remember(tx.View.Swarm!, [node.NodeId], tx.Now));
            },
            CancellationToken.None);
        foreach (var token in new[] { manager.Tokens.Worker, manager.Tokens.Manager })
        {
            var refused = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, manager, request with { Token = token }));
            Assert.Equal(SwarmErrorCode.PermissionDenied, refused.Code);
            Assert.Contains($"{node.NodeId} was removed from the swarm", refused.Message);
            Assert.Contains("Join with a new key", refused.Message);
        }
        Assert.Null(manager.State.Nodes.Find(node.NodeId));
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var joined = await AskAsync(channels, manager, request with { Request = NewcomerTrust.RequestFor(another) });
        Assert.NotNull(manager.State.Nodes.Find(joined.NodeId));
    }

    private static Task<IssueAnswer> AskAsync(ManagerChannels channels, TestNode manager, IssueRequest request) =>
        channels.To(manager.Address).AskAsync(CertificateCalls.Issue, request, CancellationToken.None).WaitAsync(TestNodes.Deadline);
}
