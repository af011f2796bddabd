using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Api;
using SwarmPS.TestKit;

namespace SwarmPS.EndToEnd;

/// <summary>A daemon that is reached by TCP with certificates: by the real <c>docker</c> client and by ours.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly EngineFixture engine;
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-tls-").FullName;
    private readonly int port = FreePorts.Pair();
    private readonly Authority authority = new("authority");
    private readonly DaemonProcess daemon;

    public TlsTests(EngineFixture engine)
    {
        this.engine = engine;
        authority.Issue(Folder("daemon"), isServer: true);
        authority.Issue(Folder("client"));
        daemon = new(engine.Missing is null ? engine.Socket : "/nonexistent/engine.sock")
        {
            Arguments =
            [
                "--host", $"tcp://127.0.0.1:{port}",
                "--tlscacert", Path.Combine(Folder("daemon"), "ca.pem"), "--tlscert", Path.Combine(Folder("daemon"), "cert.pem"), "--tlskey", Path.Combine(Folder("daemon"), "key.pem"),
            ],
        };
    }

    public async ValueTask InitializeAsync() => await daemon.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await daemon.DisposeAsync();
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task DockerClient_ComesByTcp_AndTakesConnectionsOver()
    {
        engine.SkipUnlessUsable();
        var docker = new DockerClient($"tcp://127.0.0.1:{port}");
        string[] tls = ["--tlsverify", "--tlscacert", Path.Combine(Folder("client"), "ca.pem"), "--tlscert", Path.Combine(Folder("client"), "cert.pem"), "--tlskey", Path.Combine(Folder("client"), "key.pem")];
        Assert.Equal("inactive", (await docker.RunAsync([.. tls, "info", "--format", "{{.Swarm.LocalNodeState}}"])).Trim());
        var echoed = await docker.TryAsync("said to a container", [.. tls, "run", "--rm", "-i", engine.Image, "cat"]);
        Assert.Equal((0, "said to a container"), (echoed.ExitCode, echoed.Output));
        Assert.NotEqual(0, (await docker.TryAsync(null, "info")).ExitCode);
    }

    [Fact]
    public async Task Client_ComesByTcp_WithTheCertificatesOfAFolder()
    {
        using var client = ClientWith("client");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetInfoAsync(CancellationToken.None)));
        Assert.All(answers, answer => Assert.Equal("inactive", answer.Swarm!.LocalNodeState));
    }

    [Fact]
    public async Task DaemonOfAnotherAuthority_IsNotTalkedTo()
    {
        using var other = new Authority("other");
        other.Issue(Folder("foreign"));
        var refusal = await RefusedAsync("foreign");
        Assert.Equal(UnreachableReason.NotTrusted, refusal.Reason);
        Assert.Contains("ca.pem", refusal.Message);
    }

    [Fact]
    public async Task ClientsThatAreNotTrusted_AreRefused()
    {
        using (var other = new Authority("other"))
            other.Issue(Folder("stranger"));
        File.Copy(Path.Combine(Folder("client"), "ca.pem"), Path.Combine(Folder("stranger"), "ca.pem"), overwrite: true);
        authority.Issue(Folder("expired"), lifetime: TimeSpan.FromMinutes(-1));
        authority.Issue(Folder("server"), isServer: true);
        foreach (var who in (string[])["stranger", "expired", "server"])
        {
            var refusal = await RefusedAsync(who);
            Assert.Equal(UnreachableReason.Broken, refusal.Reason);
            Assert.Contains("does not take the certificate in " + Folder(who), refusal.Message);
        }
    }

    [Fact]
    public async Task OtherNamesAndMissingFiles_AreExplained()
    {
        using (var client = new SwarmClient(SwarmEndpoint.Parse($"tcp://localhost:{port}", Folder("client"))))
        {
            var otherName = await Assert.ThrowsAsync<SwarmUnreachableException>(() => client.PingAsync(CancellationToken.None));
            Assert.Contains("its certificate is for another name than localhost", otherName.Message);
        }
        var missing = await RefusedAsync("nothing");
        Assert.Contains("-CertificatePath", missing.Message);
        Assert.Equal(UnreachableReason.NotTrusted, missing.Reason);
        await daemon.StopAsync();
        Assert.Equal(UnreachableReason.NotRunning, (await RefusedAsync("client")).Reason);
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;

    private SwarmClient ClientWith(string certificates) => new(SwarmEndpoint.Parse($"tcp://127.0.0.1:{port}", Folder(certificates)));

    private async Task<SwarmUnreachableException> RefusedAsync(string certificates)
    {
        using var client = ClientWith(certificates);
        return await Assert.ThrowsAsync<SwarmUnreachableException>(() => client.PingAsync(CancellationToken.None));
    }

    /// <summary>An authority as an administrator makes one with openssl.</summary>
    private sealed class Authority : IDisposable
    {
        private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";
        private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

        private readonly X509Certificate2 root;

        public Authority(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            root = request.CreateSelfSigned(Now.AddHours(-1), Now.AddYears(1));
        }

        public void Issue(string folder, bool isServer = false, TimeSpan? lifetime = null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=someone", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(isServer ? ServerUse : ClientUse)], false));
            if (isServer)
            {
                var names = new SubjectAlternativeNameBuilder();
                names.AddIpAddress(IPAddress.Loopback);
                request.CertificateExtensions.Add(names.Build());
            }
            using var issued = request.Create(root, Now.AddMinutes(-30), Now + (lifetime ?? TimeSpan.FromHours(1)), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Path.Combine(folder, "ca.pem"), root.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, "cert.pem"), issued.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        public void Dispose() => root.Dispose();
    }
}
