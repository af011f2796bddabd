using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Persistence;

public sealed class BackupFileTests
{
    private const string Passphrase = "correct horse battery";
    private static readonly DateTimeOffset Today = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Timestamp Now = Timestamp.From(Today);

    private static readonly Snapshot State = Snapshot.Restore(
        7,
        [
            new SwarmObject { Id = "swarm", RootKey = new("root key in plain") },
            new Node { Id = "n1" },
            new Service { Id = "s1", Spec = new() { Name = "very-known-name" } },
            new SwarmTask { Id = "t1", ServiceId = "s1" },
        ],
        []);

    [Fact]
    public void WhatWasSealed_ComesBackWhole()
    {
        var file = BackupFile.Seal(State, "n1", new PassphraseEnvelope(Passphrase), Now);
        var (head, objects) = BackupFile.Open(file, new PassphraseEnvelope(Passphrase));
        Assert.Equal(("swarm", "n1", Now, 7ul, 4), (head.SwarmId, head.NodeId, head.CreatedAt, head.Version, head.Objects));
        Assert.Equal(State.AllObjects(), objects);
        var text = Encoding.Latin1.GetString(file);
        Assert.DoesNotContain("root key", text);
        Assert.DoesNotContain("very-known-name", text);
    }

    [Fact]
    public void WrongPassphrase_IsRefused()
    {
        var file = BackupFile.Seal(State, "n1", new PassphraseEnvelope(Passphrase), Now);
        var refusal = Assert.Throws<SwarmException>(() => BackupFile.Open(file, new PassphraseEnvelope("correct horse batter")));
        Assert.Equal(SwarmErrorCode.Unauthenticated, refusal.Code);
        Assert.DoesNotContain("horse", refusal.ToString());
        Assert.Throws<SwarmException>(() => BackupFile.Seal(State, "n1", new PassphraseEnvelope("short"), Now));
    }

    [Fact]
    public void Certificate_OpensByItsKeyAlone()
    {
        var (certificate, key) = NewCertificate();
        var file = BackupFile.Seal(State, "n1", new CertificateEnvelope(certificate), Now);
        Assert.Equal(4, BackupFile.Open(file, new CertificateEnvelope(certificate + key)).Objects.Count);
        var (other, otherKey) = NewCertificate();
        Assert.Equal(SwarmErrorCode.Unauthenticated, Assert.Throws<SwarmException>(() => BackupFile.Open(file, new CertificateEnvelope(other + otherKey))).Code);
        Assert.Contains("was made for a certificate", Assert.Throws<SwarmException>(() => BackupFile.Open(file, new PassphraseEnvelope(Passphrase))).Message);
        Assert.Contains("cannot be read", Assert.Throws<SwarmException>(() => BackupFile.Open(file, new CertificateEnvelope(certificate))).Message);
    }

    [Fact]
    public void EveryChangedByte_IsNoticed()
    {
        var file = BackupFile.Seal(State, "n1", new PassphraseEnvelope(Passphrase), Now);
        // The head's spaces of JSON cannot be told from its content, so each part is hit somewhere.
        foreach (var at in (int[])[0, 8, 40, file.Length - 200, file.Length - 1])
        {
            var damaged = file.ToArray();
            damaged[at] ^= 1;
            Assert.Throws<SwarmException>(() => BackupFile.Open(damaged, new PassphraseEnvelope(Passphrase)));
        }
        foreach (var length in (int[])[0, 5, 11, 100, file.Length - 1])
            Assert.Throws<SwarmException>(() => BackupFile.Open(file.AsSpan(0, length), new PassphraseEnvelope(Passphrase)));
    }

    private static (string Certificate, string Key) NewCertificate()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=backup", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(Today, Today.AddYears(10));
        return (certificate.ExportCertificatePem() + "\n", rsa.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
