using System.Buffers.Binary;
using System.Security.Cryptography;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// A client's request in all its tries, here and on whichever manager leads: its transactions and the ids it makes are the same each
/// time, so that what is tried again is made once.
/// </summary>
internal sealed class ClientRequest(RequestId id)
{
    private static readonly AsyncLocal<ClientRequest?> Ambient = new();

    private uint transactions;
    private uint draws;

    /// <summary>The request that is being answered; null outside of one that is tried again.</summary>
    public static ClientRequest? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>A new request's id.</summary>
    public static RequestId NewId(Action<byte[]> random)
    {
        var bytes = new byte[16];
        random(bytes);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)));
    }

    /// <summary>The id of the request's next transaction.</summary>
    public RequestId NextTransaction()
    {
        var bytes = Derive(0, transactions++);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)));
    }

    /// <summary>Bytes that look random, and are the same in each try.</summary>
    public void Fill(byte[] bytes) => Derive(1, draws++).AsSpan(0, bytes.Length).CopyTo(bytes);

    private byte[] Derive(byte use, uint count)
    {
        Span<byte> seed = stackalloc byte[21];
        BinaryPrimitives.WriteUInt64LittleEndian(seed, id.High);
        BinaryPrimitives.WriteUInt64LittleEndian(seed[8..], id.Low);
        seed[16] = use;
        BinaryPrimitives.WriteUInt32LittleEndian(seed[17..], count);
        return SHA256.HashData(seed);
    }
}
