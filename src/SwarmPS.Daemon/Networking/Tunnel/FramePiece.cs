using System.Buffers.Binary;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>The head of a datagram's sealed part: which frame of which network its content belongs to, and where.</summary>
/// <param name="Network">The network's VNI.</param>
/// <param name="Frame">Tells the frames of a sender to one receiver apart; it wraps around.</param>
/// <param name="Index">The piece's place, from 0.</param>
/// <param name="Count">Of how many pieces.</param>
internal readonly record struct FramePiece(uint Network, uint Frame, ushort Index, ushort Count)
{
    public const int Size = 12;

    /// <summary>Bytes of a frame in each of its datagrams but the last.</summary>
    public const int ContentMax = TunnelHeader.DatagramMax - TunnelHeader.Size - TunnelHeader.TagSize - Size;

    /// <summary>Pieces of the longest frame, which has 64 KiB, an Ethernet header and the device's own.</summary>
    public const int CountMax = 47;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Network);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Frame);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], Index);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], Count);
    }

    /// <summary>Reads the head of a piece; nothing where what it says cannot be.</summary>
    public static FramePiece? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= Size)
            return null;
        var piece = new FramePiece(
            BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]));
        var content = bytes.Length - Size;
        var fits = piece.Count is > 0 and <= CountMax && piece.Index < piece.Count
            && (piece.Index == piece.Count - 1 ? content <= ContentMax : content == ContentMax);
        return fits ? piece : null;
    }
}
