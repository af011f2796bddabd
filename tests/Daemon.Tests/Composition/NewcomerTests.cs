using System.Security.Cryptography;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;

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

    private static Task<IssueAnswer> AskAsync(ManagerChannels channels, TestNode manager, IssueRequest request) =>
        channels.To(manager.Address).AskAsync(CertificateCalls.Issue, request, CancellationToken.None).WaitAsync(TestNodes.Deadline);
}
