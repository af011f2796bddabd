using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>
/// A key that the managers give to the nodes of encrypted networks. What is sealed with it is a key of its own for each direction
/// between two tunnels; as a tunnel has another id after each start, none of these is ever used for the same counter twice.
/// </summary>
/// <param name="Epoch">Names the key in datagrams.</param>
/// <param name="Secret">Its 32 bytes.</param>
internal sealed record TunnelKey(byte Epoch, ReadOnlyMemory<byte> Secret)
{
    public const int Size = 32;

    /// <summary>The cipher for what <paramref name="sender"/> sends to <paramref name="receiver"/>.</summary>
    public AesGcm Between(ulong sender, ulong receiver)
    {
        Span<byte> info = stackalloc byte[30];
        "swarmps tunnel"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[14..], sender);
        BinaryPrimitives.WriteUInt64BigEndian(info[22..], receiver);
        Span<byte> key = stackalloc byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Secret.Span, key, [], info);
        try
        {
            return new(key, TunnelHeader.TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Epochs come again after months, so the secret counts.</summary>
    public bool Equals(TunnelKey? other) => other is not null && Epoch == other.Epoch && CryptographicOperations.FixedTimeEquals(Secret.Span, other.Secret.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => Epoch;

    /// <summary>Tells nothing of the secret.</summary>
    public override string ToString() => $"tunnel key {Epoch}";
}
