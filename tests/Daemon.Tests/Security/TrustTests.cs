using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Security;

public sealed class TrustTests : IDisposable
{
    private static readonly NodeSubject Manager = new("node1", NodeRole.Manager, "swarm1");
    private static readonly NodeSubject Worker = new("node2", NodeRole.Worker, "swarm1");

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RootCa root;
    private readonly NodeIdentity manager;
    private readonly PeerTrust trust;

    public TrustTests()
    {
        root = RootCa.Create(clock);
        manager = Identity(Manager);
        trust = new(manager, clock);
    }

    public void Dispose()
    {
        manager.Dispose();
        root.Dispose();
    }

    [Fact]
    public void Root_IsAP256Authority_ValidTwentyYears()
    {
        using var certificate = X509Certificate2.CreateFromPem(root.CertificatePem);
        Assert.Equal("CN=swarm-ca", certificate.Subject);
        Assert.Equal(256, certificate.GetECDsaPublicKey()!.KeySize);
        Assert.Equal(clock.GetUtcNow() + RootCa.RootValidity, certificate.NotAfter.ToUniversalTime());
        Assert.True(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void NodeCertificate_NamesNodeRoleAndSwarm_AndReachesBackAnHour()
    {
        Assert.True(NodeSubject.TryRead(manager.Certificate, out var subject));
        Assert.Equal(Manager, subject);
        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromHours(1), manager.Certificate.NotBefore.ToUniversalTime());
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromDays(90), manager.Certificate.NotAfter.ToUniversalTime());
        Assert.False(manager.Certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void NodesName_IsInSwarmkitsOrder()
    {
        var parts = manager.Certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).Select(part => part.GetSingleElementValue());
        Assert.Equal(["swarm1", "swarm-manager", "node1"], parts);
    }

    [Fact]
    public void NoCertificate_OutlivesTheRoot()
    {
        using var identity = NodeIdentity.Create(root, Manager, RootCa.RootValidity * 2, clock).Identity;
        Assert.Equal(clock.GetUtcNow() + RootCa.RootValidity, identity.Certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void RootInTheStore_SignsAgain_AndItsKeyShowsNowhere()
    {
        var swarm = new SwarmObject
        {
            TLSInfo = root.ToTlsInfo(),
            RootKey = new(root.ExportKeyPem()),
            JoinTokens = new(JoinToken.Create(root.CertificatePem), JoinToken.Create(root.CertificatePem)),
            Spec = new() { CAConfig = new() { SigningCAKey = root.ExportKeyPem() } },
        };
        Assert.DoesNotContain("PRIVATE KEY", SwarmPS.Api.ApiJson.Write(swarm with { Spec = new() }));
        Assert.DoesNotContain("PRIVATE KEY", swarm.ToString());
        Assert.DoesNotContain("SWMTKN", swarm.ToString());
        using var kept = RootCa.Of(swarm)!;
        using var identity = NodeIdentity.Create(kept, Manager, RootCa.DefaultNodeValidity, clock).Identity;
        Assert.True(trust.Accepts(identity.Certificate, NodeRole.Manager));
        Assert.Null(RootCa.Of(swarm with { RootKey = null }));
    }

    [Fact]
    public void KeyOfAnotherRoot_IsRefused_WithoutShowingIt()
    {
        using var other = RootCa.Create(clock);
        foreach (var key in (string[])[other.ExportKeyPem(), "no key", ""])
            Assert.DoesNotContain("PRIVATE", Assert.Throws<SwarmException>(() => RootCa.Load(root.CertificatePem, key)).ToString());
        Assert.Throws<SwarmException>(() => RootCa.Load("", root.ExportKeyPem()));
    }

    [Fact]
    public void RootThatWasKept_SignsAgain()
    {
        using var kept = RootCa.Load(root.CertificatePem, root.ExportKeyPem());
        using var identity = NodeIdentity.Create(kept, Manager, RootCa.DefaultNodeValidity, clock).Identity;
        Assert.True(trust.Accepts(identity.Certificate, NodeRole.Manager));
    }

    [Fact]
    public void Worker_IsNoManager()
    {
        using var worker = Identity(Worker);
        Assert.False(trust.Accepts(worker.Certificate, NodeRole.Manager));
        Assert.True(trust.Accepts(worker.Certificate, NodeRole.Manager, NodeRole.Worker));
    }

    [Fact]
    public void NodeOfAnotherSwarm_AndCertificateOfAnotherRoot_AreRefused()
    {
        using var stranger = Identity(Manager with { SwarmId = "swarm2" });
        using var otherRoot = RootCa.Create(clock);
        using var forged = NodeIdentity.Create(otherRoot, Manager, RootCa.DefaultNodeValidity, clock).Identity;
        Assert.False(trust.Accepts(stranger.Certificate, NodeRole.Manager));
        Assert.False(trust.Accepts(forged.Certificate, NodeRole.Manager));
        Assert.False(trust.Accepts(null, NodeRole.Manager));
    }

    [Fact]
    public void ExpiredCertificate_IsRefused()
    {
        using var brief = NodeIdentity.Create(root, Manager, RootCa.NodeValidityMin, clock).Identity;
        Assert.True(trust.Accepts(brief.Certificate, NodeRole.Manager));
        clock.Advance(RootCa.NodeValidityMin + TimeSpan.FromSeconds(1));
        Assert.False(trust.Accepts(brief.Certificate, NodeRole.Manager));
    }

    [Fact]
    public void Identity_IsReadBackFromItsFiles_AndSaysWhenOneIsMissing()
    {
        var folder = Directory.CreateTempSubdirectory("swarmps-test-").FullName;
        try
        {
            NodeIdentity.Create(root, Manager, RootCa.DefaultNodeValidity, clock).Files.Write(folder, File.WriteAllText);
            using var back = NodeIdentity.Load(NodeCertificate.Read(folder));
            Assert.Equal(Manager, back.Subject);
            Assert.Equal(root.CertificatePem, back.RootPem);
            File.Delete(Path.Combine(folder, "swarm-node.key"));
            Assert.Contains("swarm-node.key is missing", Assert.Throws<SwarmException>(() => NodeCertificate.Read(folder)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void DamagedKey_IsSaid_WithoutShowingIt()
    {
        var files = NodeIdentity.Create(root, Manager, RootCa.DefaultNodeValidity, clock).Files;
        var damaged = files with { KeyPem = files.KeyPem.Replace("PRIVATE", "PUBLIC", StringComparison.Ordinal) };
        Assert.Contains("damaged", Assert.Throws<SwarmException>(() => NodeIdentity.Load(damaged)).Message);
        Assert.DoesNotContain("KEY", files.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NodeRole.Manager, true)]
    [InlineData(NodeRole.Worker, false)]
    public async Task Handshake_LetsManagersInAlone(NodeRole role, bool admitted)
    {
        using var caller = Identity(new("node3", role, "swarm1"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = ServeAsync(listener, deadline.Token);
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, deadline.Token);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new PeerTrust(caller, clock).ClientOfManager(), deadline.Token);
        if (admitted)
            Assert.Equal(SslProtocols.Tls13, await server);
        else
            await Assert.ThrowsAsync<AuthenticationException>(() => server);
    }

    [Fact]
    public void Token_HasDockersShape_NamesItsRoot_AndComparesWhole()
    {
        var token = JoinToken.Create(root.CertificatePem);
        Assert.Matches("^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$", token);
        Assert.True(JoinToken.Names(token, root.CertificatePem));
        using var other = RootCa.Create(clock);
        Assert.False(JoinToken.Names(token, other.CertificatePem));
        Assert.True(JoinToken.AreEqual(token, new string(token.AsSpan())));
        Assert.False(JoinToken.AreEqual(token, JoinToken.Create(root.CertificatePem)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SWMTKN-1-abc-def")]
    [InlineData("SWMTKN-2-")]
    public void WhatIsNoToken_IsRefused_WithoutRepeatingIt(string text) =>
        Assert.Contains("not a join token", Assert.Throws<FormatException>(() => JoinToken.Names(text, "")).Message);

    [Fact]
    public void Tokens_Differ() => Assert.NotEqual(JoinToken.Create("x"), JoinToken.Create("x"));

    private NodeIdentity Identity(NodeSubject subject) => NodeIdentity.Create(root, subject, RootCa.DefaultNodeValidity, clock).Identity;

    private async Task<SslProtocols> ServeAsync(TcpListener listener, CancellationToken stop)
    {
        using var connection = await listener.AcceptTcpClientAsync(stop);
        await using var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsServerAsync(trust.Server(NodeRole.Manager), stop);
        return tls.SslProtocol;
    }
}
