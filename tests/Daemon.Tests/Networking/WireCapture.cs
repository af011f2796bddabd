using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>Sees every packet that goes over a device of a namespace, as someone on the wire does.</summary>
internal sealed class WireCapture : IDisposable
{
    private const int AllProtocols = 0x0300;

    private readonly Socket socket;
    private readonly Thread thread;

    public WireCapture(string? space, string device)
    {
        var index = 0;
        socket = NetworkSpace.Within(space, () =>
        {
            index = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Single(each => each.Name == device).GetIPProperties().GetIPv4Properties().Index;
            return new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)AllProtocols);
        });
        socket.SetRawSocketOption(1, 33, BitConverter.GetBytes(16 << 20));
        thread = new(() => Run(index)) { IsBackground = true };
        thread.Start();
    }

    /// <summary>The packets so far, with their Ethernet headers.</summary>
    public ConcurrentQueue<byte[]> Packets { get; } = new();

    /// <summary>Whether a text went over the wire so that anybody could read it.</summary>
    public bool Shows(ReadOnlySpan<byte> text)
    {
        foreach (var packet in Packets)
        {
            if (packet.AsSpan().IndexOf(text) >= 0)
                return true;
        }
        return false;
    }

    /// <summary>How many UDP packets went to a port.</summary>
    public int CountTo(int port) => Packets.Count(packet => packet.Length > 42 && packet[23] == 17 && (packet[36] << 8 | packet[37]) == port);

    public void Dispose()
    {
        socket.Dispose();
        thread.Join();
    }

    private void Run(int index)
    {
        var buffer = new byte[1 << 16];
        var from = new SocketAddress(AddressFamily.Packet, 128);
        try
        {
            while (true)
            {
                from.Size = 128;
                var length = socket.ReceiveFrom(buffer, SocketFlags.None, from);
                if (BitConverter.ToInt32(from.Buffer.Span[4..]) == index)
                    Packets.Enqueue(buffer[..length]);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test has seen enough.
        }
    }
}
