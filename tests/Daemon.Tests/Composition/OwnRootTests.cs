using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class OwnRootTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task SwarmOfAnOwnRoot_SignsWithIt_AndShowsItsKeyNowhere()
    {
        await using var nodes = new TestNodes();
        var (manager, worker) = (nodes.New("m1"), nodes.New("w1"));
        using var own = RootCa.Create(TimeProvider.System);
        await manager.InitAsync(With(own.CertificatePem, own.ExportKeyPem()));
        Assert.Equal(own.CertificatePem, manager.State.Swarm!.TLSInfo!.TrustRoot);
        Assert.Equal((null, null), (manager.State.Swarm.Spec.CAConfig!.SigningCACert, manager.State.Swarm.Spec.CAConfig.SigningCAKey));
        await worker.JoinAsync(manager, manager.Tokens.Worker);
        await manager.SeesAsync(worker.Member.NodeId, NodeState.Ready);
        Assert.Equal(own.CertificatePem, NodeCertificate.Read(worker.Directory.Certificates).RootPem);
    }

    [Theory]
    [InlineData("another key", "must be PEM, ECDSA, and belong together")]
    [InlineData("expired", "it ends at")]
    [InlineData("not yet", "it is not valid before")]
    [InlineData("no authority", "CA:TRUE is missing")]
    [InlineData("no identifier", "it has no subject key identifier")]
    [InlineData("no PEM", "must be PEM, ECDSA, and belong together")]
    public async Task RootThatCannotBeOne_IsRefused_AndNoSwarmIsMade(string how, string why)
    {
        await using var nodes = new TestNodes();
        var node = nodes.New("m1");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keyPem = (how == "another key" ? another : key).ExportPkcs8PrivateKeyPem();
        var spec = With(how == "no PEM" ? "a root" : Root(key, how), keyPem);
        var refused = await Assert.ThrowsAsync<SwarmException>(() => node.InitAsync(spec));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
        Assert.Contains(why, refused.Message);
        Assert.DoesNotContain("PRIVATE KEY", refused.ToString());
        Assert.Equal(LocalNodeState.Inactive, node.Membership.State);
        Assert.False(File.Exists(node.Directory.NodeFile));
        await node.InitAsync();
    }

    private static string Root(ECDsa key, string how)
    {
        var request = new CertificateRequest("CN=own", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: how != "no authority", hasPathLengthConstraint: false, 0, critical: true));
        if (how != "no identifier")
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(Now.AddDays(how == "not yet" ? 1 : -20), how == "expired" ? Now.AddDays(-1) : Now.AddYears(10));
        return certificate.ExportCertificatePem() + "\n";
    }

    private static SwarmSpec With(string certificatePem, string keyPem) => new() { CAConfig = new() { SigningCACert = certificatePem, SigningCAKey = keyPem } };
}
