using System.Security.Cryptography;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>Opens datagrams from another node, each once. Not for several threads at once. Its cipher is left to the collector: another thread may be using it.</summary>
internal sealed class ReceivingKey(TunnelKey key, ulong sender, ulong receiver)
{
    private readonly AesGcm cipher = key.Between(sender, receiver);
    private readonly ReplayWindow window = new();

    public TunnelKey Key => key;

    /// <summary>Opens a datagram in its place and gives what was sealed; nothing for one that is not authentic or was here before.</summary>
    public ReadOnlySpan<byte> Open(TunnelHeader header, Span<byte> datagram)
    {
        if (!window.IsNew(header.Counter))
            return default;
        var sealedPart = datagram[TunnelHeader.Size..(header.Length - TunnelHeader.TagSize)];
        Span<byte> nonce = stackalloc byte[12];
        header.WriteNonce(nonce);
        try
        {
            cipher.Decrypt(nonce, sealedPart, datagram.Slice(header.Length - TunnelHeader.TagSize, TunnelHeader.TagSize), sealedPart, datagram[..TunnelHeader.Size]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return default;
        }
        window.Note(header.Counter);
        return sealedPart;
    }
}
