using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// Seals bytes with AES-256-GCM: key id (4), nonce (12), tag (16), ciphertext. The key id and the context are bound to it: what was
/// sealed in one place opens in no other. Nonces are random, which is good for some thousand millions of seals by one key.
/// </summary>
internal sealed class SealingKey : IDisposable
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = IdBytes + NonceBytes + TagBytes;

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    private const int IdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int ContextMax = 252;

    private readonly byte[] key;
    private readonly AesGcm cipher;

    // One cipher context serves one caller at a time.
    private readonly Lock gate = new();

    public SealingKey(uint id, byte[] key)
    {
        (Id, this.key) = (id, key);
        cipher = new AesGcm(key, TagBytes);
    }

    public uint Id { get; }

    public ReadOnlySpan<byte> Bytes => key;

    /// <summary>The id of the key that sealed <paramref name="message"/>.</summary>
    public static uint IdOf(ReadOnlySpan<byte> message) =>
        message.Length >= Overhead
            ? BinaryPrimitives.ReadUInt32LittleEndian(message)
            : throw new CryptographicException($"A sealed message has {Overhead} bytes at the least; this one has {message.Length}.");

    /// <summary>Seals into <paramref name="message"/>, which is longer than <paramref name="plain"/> by <see cref="Overhead"/>.</summary>
    public void Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, Span<byte> message)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, Id);
        var nonce = message.Slice(IdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        var bound = Bind(message[..IdBytes], context, stackalloc byte[IdBytes + ContextMax]);
        lock (gate)
            cipher.Encrypt(nonce, plain, message[Overhead..], message.Slice(IdBytes + NonceBytes, TagBytes), bound);
    }

    /// <summary>Opens what was sealed. Throws <see cref="AuthenticationTagMismatchException"/> where it was changed or belongs elsewhere.</summary>
    public byte[] Open(ReadOnlySpan<byte> message, ReadOnlySpan<byte> context)
    {
        var plain = new byte[message.Length - Overhead];
        var bound = Bind(message[..IdBytes], context, stackalloc byte[IdBytes + ContextMax]);
        lock (gate)
            cipher.Decrypt(message.Slice(IdBytes, NonceBytes), message[Overhead..], message.Slice(IdBytes + NonceBytes, TagBytes), plain, bound);
        return plain;
    }

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(key);
    }

    private static ReadOnlySpan<byte> Bind(ReadOnlySpan<byte> id, ReadOnlySpan<byte> context, Span<byte> bound)
    {
        if (context.Length > ContextMax)
            throw new ArgumentException($"The place has {context.Length} bytes where {ContextMax} are allowed.", nameof(context));
        id.CopyTo(bound);
        context.CopyTo(bound[id.Length..]);
        return bound[..(id.Length + context.Length)];
    }
}
