using System.Security.Cryptography;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>Seals datagrams from this node to another. Not for several threads at once. Its cipher is left to the collector: another thread may be using it.</summary>
internal sealed class SendingKey(TunnelKey key, ulong sender, ulong receiver)
{
    private readonly AesGcm cipher = key.Between(sender, receiver);

    public TunnelKey Key => key;

    /// <summary>Writes the datagram that holds a piece of a frame and gives its length. No counter may come twice.</summary>
    public int Seal(ulong counter, FramePiece piece, ReadOnlySpan<byte> content, Span<byte> datagram)
    {
        var sealedSize = FramePiece.Size + content.Length;
        var length = TunnelHeader.Size + sealedSize + TunnelHeader.TagSize;
        var header = new TunnelHeader(key.Epoch, (ushort)length, sender, counter);
        header.Write(datagram);
        var plain = datagram.Slice(TunnelHeader.Size, sealedSize);
        piece.Write(plain);
        content.CopyTo(plain[FramePiece.Size..]);
        Span<byte> nonce = stackalloc byte[12];
        header.WriteNonce(nonce);
        cipher.Encrypt(nonce, plain, plain, datagram.Slice(length - TunnelHeader.TagSize, TunnelHeader.TagSize), datagram[..TunnelHeader.Size]);
        return length;
    }
}
