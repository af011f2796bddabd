using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Persistence;

/// <summary>Closes a backup's key for those who may open it.</summary>
internal interface IBackupEnvelope
{
    /// <summary>Closes a key.</summary>
    ClosedKey Close(byte[] key);

    /// <summary>Opens a key. Throws <see cref="SwarmException"/> where it is not for the one who asks.</summary>
    byte[] Open(ClosedKey closed);
}

/// <summary>A passphrase, stretched by PBKDF2 with SHA-256.</summary>
internal sealed class PassphraseEnvelope(string passphrase) : IBackupEnvelope
{
    /// <summary>The fewest characters of a passphrase.</summary>
    public const int LengthMin = 8;

    private const string Kind = "passphrase";
    private const int Iterations = 600_000;
    private const int IterationsMax = 10_000_000;
    private const int SaltBytes = 16;

    public ClosedKey Close(byte[] key)
    {
        if (passphrase.Length < LengthMin)
            throw SwarmException.Invalid($"The passphrase is too short: give one of {LengthMin} characters or more.");
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var message = new byte[key.Length + SealingKey.Overhead];
        using var stretched = Stretch(salt, Iterations);
        stretched.Seal(key, salt, message);
        return new() { Kind = Kind, Iterations = Iterations, Salt = salt, Bytes = message };
    }

    public byte[] Open(ClosedKey closed)
    {
        if (closed.Kind != Kind)
            throw SwarmException.Invalid("The backup was made for a certificate: give the certificate's private key instead of a passphrase.");
        if (closed.Iterations is < 1 or > IterationsMax || closed.Salt.Length != SaltBytes)
            throw SwarmException.Invalid("The backup is damaged: its key cannot be read. Nothing was changed; use another copy of it.");
        using var stretched = Stretch(closed.Salt, closed.Iterations);
        try
        {
            return stretched.Open(closed.Bytes, closed.Salt);
        }
        catch (CryptographicException fault)
        {
            throw new SwarmException(SwarmErrorCode.Unauthenticated, "The passphrase is not the one the backup was made under. Nothing was changed.", fault);
        }
    }

    private SealingKey Stretch(byte[] salt, int iterations) =>
        new(0, Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), salt, iterations, HashAlgorithmName.SHA256, SealingKey.KeyBytes));
}

/// <summary>CMS for the holder of a certificate's RSA key (RFC 5652, AES-256).</summary>
/// <param name="pem">The certificate; to open, with its private key.</param>
internal sealed class CertificateEnvelope(string pem) : IBackupEnvelope
{
    private const string Kind = "cms";
    private const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";

    public ClosedKey Close(byte[] key)
    {
        using var certificate = Read(() => X509Certificate2.CreateFromPem(pem));
        using var rsa = certificate.GetRSAPublicKey() ?? throw SwarmException.Invalid("The certificate's key is not RSA, which a backup needs. Give another certificate, or a passphrase.");
        var envelope = new EnvelopedCms(new ContentInfo(key), new AlgorithmIdentifier(new Oid(Aes256Cbc)));
        envelope.Encrypt(new CmsRecipient(SubjectIdentifierType.IssuerAndSerialNumber, certificate, RSAEncryptionPadding.OaepSHA256));
        return new() { Kind = Kind, Bytes = envelope.Encode() };
    }

    public byte[] Open(ClosedKey closed)
    {
        if (closed.Kind != Kind)
            throw SwarmException.Invalid("The backup was made under a passphrase: give that instead of a certificate.");
        using var certificate = Read(() => X509Certificate2.CreateFromPem(pem, pem));
        try
        {
            var envelope = new EnvelopedCms();
            envelope.Decode(closed.Bytes);
            envelope.Decrypt([certificate]);
            return envelope.ContentInfo.Content;
        }
        catch (CryptographicException fault)
        {
            throw new SwarmException(SwarmErrorCode.Unauthenticated, "The certificate is not the one the backup was made for. Nothing was changed.", fault);
        }
    }

    /// <summary>Without the cause, which might quote the key.</summary>
    private static X509Certificate2 Read(Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw SwarmException.Invalid("The certificate cannot be read: give PEM, to restore with its private key (not encrypted) after it.");
        }
    }
}
