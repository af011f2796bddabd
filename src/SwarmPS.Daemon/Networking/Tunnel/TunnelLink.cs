using System.Net;
using System.Runtime.Versioning;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>Talks to one other node: one thread of each port sends, one receives.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TunnelLink(ulong self, ulong peer)
{
    private readonly Lock sending = new();
    private volatile FrameAssembler assembler = new();
    private volatile Keys keys = new(null, new Dictionary<byte, ReceivingKey>());
    private SocketAddress address = new IPEndPoint(IPAddress.Any, 0).Serialize();
    private ulong counter;
    private uint frames;

    public ulong Peer => peer;

    /// <summary>Says where the peer is and which keys there are. Keys that stay keep what they have seen.</summary>
    public void Set(IPEndPoint peerAddress, IReadOnlyList<TunnelKey> all, byte epoch)
    {
        lock (sending)
        {
            address = peerAddress.Serialize();
            if (all.Count == 0)
            {
                // What was seen counts again when the keys come back.
                keys = keys with { Seal = null };
                return;
            }
            var current = all.FirstOrDefault(key => key.Epoch == epoch);
            var seal = current is null || keys.Seal?.Key == current ? keys.Seal : new SendingKey(current, self, peer);
            keys = new(
                current is null ? null : seal,
                all.ToDictionary(key => key.Epoch, key => keys.Open.GetValueOrDefault(key.Epoch) is { } known && known.Key == key ? known : new ReceivingKey(key, peer, self)));
        }
    }

    /// <summary>Whether the peer may come back to one of the keys that this link knows: then what was counted and seen under it still counts.</summary>
    public bool Knows(IReadOnlyList<TunnelKey> all) => all.Any(key => keys.Open.GetValueOrDefault(key.Epoch)?.Key == key);

    /// <summary>Gives back what only a link in use needs.</summary>
    public void Rest() => assembler = new();

    /// <summary>Sends a frame in as many datagrams as it needs. <paramref name="batch"/> is room for <see cref="TunnelSocket.BatchMax"/> bytes.</summary>
    public bool Send(TunnelSocket socket, uint network, ReadOnlySpan<byte> frame, Span<byte> batch)
    {
        var count = (frame.Length + FramePiece.ContentMax - 1) / FramePiece.ContentMax;
        lock (sending)
        {
            if (keys.Seal is not { } seal || count > FramePiece.CountMax)
                return false;
            frames++;
            var used = 0;
            for (var index = 0; index < count; index++)
            {
                var content = frame[(index * FramePiece.ContentMax)..];
                used += seal.Seal(
                    ++counter, new(network, frames, (ushort)index, (ushort)count),
                    content.Length > FramePiece.ContentMax ? content[..FramePiece.ContentMax] : content, batch[used..]);
                var full = used + TunnelHeader.DatagramMax > TunnelSocket.BatchMax;
                if (!full && index < count - 1)
                    continue;
                if (!socket.Send(batch[..used], address))
                    return false;
                used = 0;
            }
            return true;
        }
    }

    /// <summary>Opens a datagram in its place. False for one that is not authentic, was here before, or makes no sense.</summary>
    public bool Receive(TunnelHeader header, Span<byte> datagram, out uint network, out ReadOnlySpan<byte> frame)
    {
        network = 0;
        frame = default;
        if (!keys.Open.TryGetValue(header.Epoch, out var key))
            return false;
        var opened = key.Open(header, datagram);
        if (FramePiece.Read(opened) is not { } piece)
            return false;
        network = piece.Network;
        frame = assembler.Add(piece, opened[FramePiece.Size..]);
        return true;
    }

    private sealed record Keys(SendingKey? Seal, IReadOnlyDictionary<byte, ReceivingKey> Open);
}
