using SwarmPS.Cmdlets.SwarmCertificateAuthority;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmCertificateAuthority;

public sealed class SwarmCertificateAuthorityTests
{
    private static readonly SwarmObject Cluster = new()
    {
        Version = new(7),
        TLSInfo = new(Certificates.Root),
        Spec = new() { CAConfig = new() { NodeCertExpiry = TimeSpan.FromDays(30), ForceRotate = 4 } },
    };

    [Fact]
    public async Task Authority_IsShownByItsCertificate()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Json("GET /swarm", () => Cluster);
        using var prompt = new Prompt(daemon);
        var authority = prompt.Run("Get-SwarmCertificateAuthority").One<SwarmCertificateAuthorityInfo>();
        Assert.Equal((Certificates.Subject, TimeSpan.FromDays(30), false), (authority.Subject, authority.CertificateExpiry, authority.RotationInProgress));
        Assert.Equal((Certificates.From, 64), (new DateTimeOffset(authority.NotBefore), authority.Fingerprint.Length));
        Assert.Equal(Certificates.Root, authority.TrustRoot);
    }

    [Theory]
    [InlineData(null, "CertificateAuthorityNotFound")]
    [InlineData("no certificate", "UnexpectedAnswer")]
    public async Task CertificateThatIsNone_IsAnError(string? root, string id)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Json("GET /swarm", () => Cluster with { TLSInfo = new(root) });
        using var prompt = new Prompt(daemon);
        Assert.Equal(id, prompt.Run("Get-SwarmCertificateAuthority").ErrorId);
    }

    [Fact]
    public async Task Rotation_IsWaitedFor()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var looks = 0;
        var changed = Samples.Far with { Description = Samples.Far.Description! with { TLSInfo = new("new", null, "bmV3") } };
        daemon.Json("GET /swarm", () => Cluster with { RootRotationInProgress = ++looks is > 1 and < 4 }).Json("GET /nodes", () => new[] { Samples.Box, changed }).Json("POST /swarm/update", () => null);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Update-SwarmCertificateAuthority -PassThru");
        Assert.False(outcome.One<SwarmCertificateAuthorityInfo>().RotationInProgress);
        Assert.Equal(4, looks);
        Assert.Contains(outcome.Progress, step => step is { StatusDescription: "1 of 2 nodes have new certificates", PercentComplete: 50 });
        Assert.Equal(new CaConfig { NodeCertExpiry = TimeSpan.FromDays(30), ForceRotate = 5 }, Assert.Single(daemon.Changes).As<SwarmSpec>().CAConfig);
    }

    [Fact]
    public async Task Rotation_ThatTakesTooLong_TimesOut_OrIsNotWaitedFor()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Json("GET /swarm", () => Cluster with { RootRotationInProgress = true }).Json("GET /nodes", () => new[] { Samples.Box }).Json("POST /swarm/update", () => null);
        using var prompt = new Prompt(daemon);
        Assert.Equal("RotationTimeout", prompt.Run("Update-SwarmCertificateAuthority -Timeout 50ms").ErrorId);
        Assert.True(prompt.Run("Update-SwarmCertificateAuthority -NoWait -PassThru").One<SwarmCertificateAuthorityInfo>().RotationInProgress);
    }

    [Fact]
    public async Task OwnRoot_IsSentWithItsKey()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Json("GET /swarm", () => Cluster).Json("POST /swarm/update", () => null);
        using var prompt = new Prompt(daemon);
        var folder = Path.GetDirectoryName(daemon.Socket)!;
        File.WriteAllText(Path.Combine(folder, "ca.pem"), Certificates.Root);
        File.WriteAllText(Path.Combine(folder, "key.pem"), "the key");
        prompt.Run($"Update-SwarmCertificateAuthority -CertificatePath '{folder}/ca.pem' -KeyPath '{folder}/key.pem' -CertificateExpiry 48h").Clean();
        Assert.Equal(
            new CaConfig { NodeCertExpiry = TimeSpan.FromHours(48), ForceRotate = 5, SigningCACert = Certificates.Root, SigningCAKey = "the key" },
            Assert.Single(daemon.Changes).As<SwarmSpec>().CAConfig);
        Assert.Equal("ConflictingParameters", prompt.Run($"Update-SwarmCertificateAuthority -KeyPath '{folder}/key.pem'").ErrorId);
        Assert.Equal("FileNotFound", prompt.Run($"Update-SwarmCertificateAuthority -CertificatePath '{folder}/no.pem' -KeyPath '{folder}/key.pem'").ErrorId);
    }
}
