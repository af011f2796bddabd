using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>The socket of a tunnel. Many datagrams of one length go out with one call, and what arrives together is read with one.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TunnelSocket : IDisposable
{
    /// <summary>Bytes that one call can take.</summary>
    public const int BatchMax = 44 * TunnelHeader.DatagramMax;

    private const int Closed = -1;
    private const int SocketLevel = 1, SendBufferForce = 32, ReceiveBufferForce = 33;
    private const int UdpLevel = 17, Segment = 103, Join = 104;

    private readonly Socket socket;
    private volatile bool closed;

    public TunnelSocket(IPEndPoint local)
    {
        socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Set(SocketLevel, ReceiveBufferForce, 8 << 20);
            Set(SocketLevel, SendBufferForce, 8 << 20);
            Set(UdpLevel, Segment, TunnelHeader.DatagramMax);
            Set(UdpLevel, Join, 1);
            socket.Bind(local);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new IOException($"the tunnel cannot listen at {local} (UDP): {fault.Message.TrimEnd('.')}. Let nothing else use that port.", fault);
        }
    }

    public IPEndPoint Local => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Sends datagrams that follow one another, all of the greatest length but the last. False where the network takes none.</summary>
    public bool Send(ReadOnlySpan<byte> datagrams, SocketAddress to)
    {
        try
        {
            return socket.SendTo(datagrams, SocketFlags.None, to) == datagrams.Length;
        }
        catch (SocketException)
        {
            // As a wire does: whoever sent the frame sends it again.
            return false;
        }
    }

    /// <summary>Waits for datagrams and gives their bytes, 0 for an empty one; less once the socket is closed.</summary>
    public int Receive(Span<byte> datagrams)
    {
        while (true)
        {
            try
            {
                var length = socket.Receive(datagrams);
                return closed ? Closed : length;
            }
            catch (Exception fault) when (fault is ObjectDisposedException || fault is SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket })
            {
                return Closed;
            }
            catch (SocketException)
            {
                // News of an earlier datagram that nobody took; each is told once.
            }
        }
    }

    public void Dispose()
    {
        closed = true;
        socket.Dispose();
    }

    private void Set(int level, int name, int value) => socket.SetRawSocketOption(level, name, BitConverter.GetBytes(value));
}
