using System.Buffers.Binary;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>The part of a datagram that is not secret: who sent it, under which key, and which one it is. It is bound to the sealed part.</summary>
/// <param name="Epoch">Which of the swarm's keys it is sealed under.</param>
/// <param name="Length">Bytes of the whole datagram: the kernel joins datagrams that arrive together.</param>
/// <param name="Sender">The sender's tunnel id.</param>
/// <param name="Counter">Counts the sender's datagrams to this receiver under this key; the nonce.</param>
internal readonly record struct TunnelHeader(byte Epoch, ushort Length, ulong Sender, ulong Counter)
{
    public const int Size = 20;

    public const int TagSize = 16;

    /// <summary>Bytes of the longest datagram. With IPv4 and UDP it fills an Ethernet frame of 1,500 bytes.</summary>
    public const int DatagramMax = 1472;

    private const byte Version = 1;

    public void Write(Span<byte> datagram)
    {
        datagram[0] = Version;
        datagram[1] = Epoch;
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], Length);
        BinaryPrimitives.WriteUInt64BigEndian(datagram[4..], Sender);
        BinaryPrimitives.WriteUInt64BigEndian(datagram[12..], Counter);
    }

    /// <summary>Reads the header of the first datagram in <paramref name="bytes"/>; nothing for what cannot be one.</summary>
    public static TunnelHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size + TagSize || bytes[0] != Version)
            return null;
        var header = new TunnelHeader(
            bytes[1], BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[12..]));
        return header.Length >= Size + TagSize && header.Length <= DatagramMax && header.Length <= bytes.Length ? header : null;
    }

    public void WriteNonce(Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], Counter);
    }
}
