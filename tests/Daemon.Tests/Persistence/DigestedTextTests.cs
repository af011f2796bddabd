using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Persistence;

public sealed class DigestedTextTests : IDisposable
{
    private readonly SwarmDirectory directory = new(Directory.CreateTempSubdirectory("swarmps-test-").FullName);

    public DigestedTextTests() => directory.Create();

    public void Dispose() => Directory.Delete(directory.Root, recursive: true);

    [Fact]
    public void ATextOfWhichAnyPartIsChangedOrMissing_IsRefused()
    {
        var text = DigestedText.SealJson("""{"NodeId":"n","SwarmId":"s"}""");
        Assert.Equal("""{"NodeId":"n","SwarmId":"s"}""", DigestedText.OpenJson(text, "{\"NodeId\""));
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (char)(text[i] ^ 1) + text[(i + 1)..];
            Assert.Throws<InvalidDataException>(() => DigestedText.OpenJson(changed, "{\"NodeId\""));
            Assert.Throws<InvalidDataException>(() => DigestedText.OpenJson(text[..i], "{\"NodeId\""));
        }
    }

    [Fact]
    public void FilesOfEarlierVersions_AreRead()
    {
        File.WriteAllText(directory.NodeFile, """{"NodeId":"n","SwarmId":"s","ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.0.0.1:2377"}""");
        Assert.Equal("s", NodeFile.Load(directory.NodeFile)!.SwarmId);
        File.WriteAllText(directory.ManagersFile, """[{"NodeId":"m","Address":"10.0.0.1:2377"}]""");
        Assert.Equal("m", Assert.Single(ManagerList.Load(directory.ManagersFile).Known).NodeId);
        using var root = RootCa.Create(TimeProvider.System);
        var (identity, files) = NodeIdentity.Create(root, new("n", NodeRole.Worker, "s"), TimeSpan.FromHours(1), TimeProvider.System);
        using (identity)
        {
            File.WriteAllText(Path.Combine(directory.Certificates, "swarm-node.key"), files.KeyPem);
            File.WriteAllText(Path.Combine(directory.Certificates, "swarm-node.crt"), files.CertificatePem);
            File.WriteAllText(Path.Combine(directory.Certificates, "swarm-root-ca.crt"), files.RootPem);
            Assert.Equal(files, NodeCertificate.Read(directory.Certificates));
            var keyring = Keyring.Create(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
            File.WriteAllText(Path.Combine(directory.Certificates, "swarm-node.key"), SealedKey.Seal(files.KeyPem, keyring));
            Assert.Equal(files, new CertificateFiles(directory.Certificates, keyring).Read());
        }
    }

    [Fact]
    public void ANodeThatWouldTrustNobody_OrNotItsOwnIssuer_IsRefused()
    {
        using var root = RootCa.Create(TimeProvider.System);
        using var other = RootCa.Create(TimeProvider.System);
        var (identity, files) = NodeIdentity.Create(root, new("n", NodeRole.Worker, "s"), TimeSpan.FromHours(1), TimeProvider.System);
        using (identity)
        {
            Assert.Contains("no root certificate", Assert.Throws<SwarmException>(() => NodeIdentity.Load(files with { RootPem = "" })).Message);
            Assert.Contains("none of the root certificates", Assert.Throws<SwarmException>(() => NodeIdentity.Load(files with { RootPem = other.CertificatePem })).Message);
        }
    }
}
