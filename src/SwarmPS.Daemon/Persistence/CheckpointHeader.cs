using System.Buffers.Binary;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>What a checkpoint says of itself: where in the log it stands, and what it must hold to be whole.</summary>
/// <param name="Index">The last log entry that is in it.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Version">The store's version.</param>
/// <param name="Objects">The number of its objects.</param>
/// <param name="Requests">The requests applied lately, oldest first.</param>
internal sealed record CheckpointHeader(long Index, long Term, ulong Version, int Objects, IReadOnlyList<RequestId> Requests)
{
    private const int FixedBytes = 4 + 8 + 8 + 8 + 4;
    private const int RequestBytes = 16;
    private const int Format = 1;

    /// <summary>Writes it; all numbers little-endian.</summary>
    public byte[] Write()
    {
        var bytes = new byte[FixedBytes + (Requests.Count * RequestBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Format);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), Index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), Term);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(20), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), Objects);
        for (var i = 0; i < Requests.Count; i++)
        {
            var place = bytes.AsSpan(FixedBytes + (i * RequestBytes));
            BinaryPrimitives.WriteUInt64LittleEndian(place, Requests[i].High);
            BinaryPrimitives.WriteUInt64LittleEndian(place[8..], Requests[i].Low);
        }
        return bytes;
    }

    /// <summary>Reads it. Throws <see cref="InvalidDataException"/> with the reason.</summary>
    public static CheckpointHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedBytes || (bytes.Length - FixedBytes) % RequestBytes != 0)
            throw new InvalidDataException($"its header has {bytes.Length} bytes");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes) is var format && format != Format)
            throw new InvalidDataException($"its format is {format}, which this version does not know; install the version that wrote it");
        var requests = new RequestId[(bytes.Length - FixedBytes) / RequestBytes];
        for (var i = 0; i < requests.Length; i++)
        {
            var place = bytes[(FixedBytes + (i * RequestBytes))..];
            requests[i] = new(BinaryPrimitives.ReadUInt64LittleEndian(place), BinaryPrimitives.ReadUInt64LittleEndian(place[8..]));
        }
        return new(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
            requests);
    }
}
