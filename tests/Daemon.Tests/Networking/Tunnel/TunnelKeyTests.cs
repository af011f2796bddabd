using SwarmPS.Daemon.Networking.Tunnel;

namespace SwarmPS.Daemon.Tests.Networking.Tunnel;

public sealed class TunnelKeyTests
{
    private readonly TunnelKey key = new(3, Enumerable.Range(1, TunnelKey.Size).Select(value => (byte)value).ToArray());
    private readonly byte[] content = [.. "a frame that nobody else should read"u8];

    [Fact]
    public void WhatOneSeals_TheOtherOpens_Once()
    {
        var datagram = Seal(1);
        Assert.False(datagram.AsSpan().IndexOf(content) >= 0);
        var receiver = new ReceivingKey(key, 10, 20);
        var opened = Open(receiver, [.. datagram]);
        Assert.Equal(new FramePiece(4096, 7, 0, 1), FramePiece.Read(opened));
        Assert.Equal(content, opened[FramePiece.Size..]);
        Assert.Empty(Open(receiver, [.. datagram]));
    }

    [Fact]
    public void AnyChangedBit_IsRefused_AndTheTrueDatagramIsStillNew()
    {
        var datagram = Seal(1);
        var receiver = new ReceivingKey(key, 10, 20);
        for (var at = 0; at < datagram.Length; at++)
        {
            byte[] changed = [.. datagram];
            changed[at] ^= 1;
            Assert.Empty(Open(receiver, changed));
        }
        Assert.NotEmpty(Open(receiver, datagram));
    }

    [Fact]
    public void Key_IsForOneDirectionBetweenTwoTunnels()
    {
        foreach (var (sender, receiver) in (ReadOnlySpan<(ulong, ulong)>)[(20, 10), (10, 21), (11, 20)])
            Assert.Empty(Open(new(key, sender, receiver), Seal(1)));
        Assert.Empty(Open(new(key with { Secret = new byte[TunnelKey.Size] }, 10, 20), Seal(1)));
    }

    [Fact]
    public void Secret_IsNotInItsText() => Assert.Equal("tunnel key 3", $"{key}");

    [Fact]
    public void Header_OfWhatCannotBeADatagram_IsNotRead()
    {
        var datagram = Seal(1);
        Assert.Equal((3, datagram.Length, 10ul, 1ul), TunnelHeader.Read(datagram) is { } header ? (header.Epoch, header.Length, header.Sender, header.Counter) : default);
        Assert.Null(TunnelHeader.Read(datagram.AsSpan(..^1)));
        Assert.Null(TunnelHeader.Read([]));
        foreach (var (at, value) in (ReadOnlySpan<(int, byte)>)[(0, 2), (2, 255), (3, 0)])
        {
            byte[] changed = [.. datagram];
            changed[at] = value;
            Assert.Null(TunnelHeader.Read(changed));
        }
    }

    private byte[] Seal(ulong counter)
    {
        var datagram = new byte[TunnelHeader.DatagramMax];
        return datagram[..new SendingKey(key, 10, 20).Seal(counter, new(4096, 7, 0, 1), content, datagram)];
    }

    private static byte[] Open(ReceivingKey receiver, byte[] datagram) =>
        TunnelHeader.Read(datagram) is { } header ? receiver.Open(header, datagram).ToArray() : [];
}
