using System.Security.Cryptography;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Daemon.Tests.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Security;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly SwarmDirectory directory = TestManager.NewDirectory();
    private readonly KeyEncryptionKey unlockKey = KeyEncryptionKey.FromUnlockKey(RandomNumberGenerator.GetBytes(32));
    private readonly RootCa root = RootCa.Create(TimeProvider.System);
    private readonly Keyring keyring;

    public CertificateFilesTests()
    {
        directory.Create();
        keyring = Keyring.Create(directory.KeyringFile, unlockKey);
    }

    private string KeyFile => Path.Combine(directory.Certificates, "swarm-node.key");

    private bool HasSealedKey => File.ReadAllText(KeyFile).Contains("-----BEGIN SEALED PRIVATE KEY-----", StringComparison.Ordinal);

    public void Dispose()
    {
        root.Dispose();
        Directory.Delete(directory.Root, recursive: true);
    }

    [Fact]
    public void ManagersKey_IsSealedWhereTheUnlockKeySealsTheKeyring_AndAWorkersIsNot()
    {
        var files = new CertificateFiles(directory.Certificates, keyring);
        var manager = NewFiles(NodeRole.Manager);
        files.Save(manager);
        Assert.True(HasSealedKey);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(SwarmDirectory.FileMode, File.GetUnixFileMode(KeyFile));
        Assert.Equal(manager, new CertificateFiles(directory.Certificates, Keyring.Open(directory.KeyringFile, unlockKey)).Read());
        Assert.Equal(NodeRole.Manager, NodeCertificate.Read(directory.Certificates).ReadSubject().Role);

        var worker = NewFiles(NodeRole.Worker);
        files.Save(worker);
        Assert.Equal(worker, NodeCertificate.Read(directory.Certificates));
    }

    [Fact]
    public void SealedKey_OpensByItsOwnKeyringOnly()
    {
        new CertificateFiles(directory.Certificates, keyring).Save(NewFiles(NodeRole.Manager));
        var other = Keyring.Create(directory.KeyringFile + "2", unlockKey);
        foreach (var wrong in (Keyring?[])[null, other])
        {
            var refusal = Assert.Throws<SwarmException>(() => new CertificateFiles(directory.Certificates, wrong).Read());
            Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
            Assert.Contains("leave the swarm by force and join again", refusal.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CrashWhileTheKeyIsSealedOrOpened_LeavesAKeyThatOpens(bool sealing)
    {
        var expected = NewFiles(NodeRole.Manager);
        for (var writes = 0; writes < 4; writes++)
        {
            var before = new CertificateFiles(directory.Certificates, keyring);
            before.Save(expected);
            before.Seal(!sealing);
            var left = writes;
            var crashing = new CertificateFiles(directory.Certificates, keyring)
            {
                Write = (file, text) =>
                {
                    if (left-- == 0)
                        throw new IOException("the power is gone");
                    File.WriteAllText(file, text);
                },
            };
            Assert.Throws<IOException>(() => crashing.Seal(sealing));
            var after = new CertificateFiles(directory.Certificates, Keyring.Open(directory.KeyringFile, unlockKey));
            AssertSame(expected, after.Read());
            after.Seal(sealing);
            AssertSame(expected, after.Read());
            Assert.False(File.Exists(Path.Combine(directory.Certificates, "swarm-node.next")));
            Assert.Equal(sealing, HasSealedKey);
        }
    }

    private static void AssertSame(NodeCertificate expected, NodeCertificate actual)
    {
        Assert.Equal(expected.CertificatePem.Trim(), actual.CertificatePem.Trim());
        Assert.Equal(expected.KeyPem.Trim(), actual.KeyPem.Trim());
        Assert.Equal(expected.RootPem.Trim(), actual.RootPem.Trim());
    }

    private NodeCertificate NewFiles(NodeRole role)
    {
        var (identity, files) = NodeIdentity.Create(root, new("node1", role, "swarm1"), TimeSpan.FromDays(1), TimeProvider.System);
        identity.Dispose();
        return files;
    }
}
