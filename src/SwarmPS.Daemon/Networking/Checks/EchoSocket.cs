using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Checks;

/// <summary>
/// Asks addresses for an echo (ICMP, RFC 792), which the kernel behind each answers by itself. The runtime's own class for that can neither
/// work in another network namespace nor send a packet of a given size whole.
/// </summary>
internal sealed class EchoSocket : IAsyncDisposable
{
    /// <summary>The smallest packet: the IP header, and that of the question.</summary>
    public const int SizeMin = IpHeader + EchoHeader;

    private const int IpHeader = 20;
    private const int EchoHeader = 8;
    private const int Tries = 3;
    private const byte Request = 8;

    /// <summary>Linux: <c>IP_MTU_DISCOVER</c>, and <c>IP_PMTUDISC_PROBE</c>, by which nothing on the way may cut a packet to pieces.</summary>
    private const int MtuDiscover = 10;
    private static readonly byte[] Whole = [3, 0, 0, 0];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Socket socket;
    private readonly TimeProvider clock;
    private readonly ushort id = BinaryPrimitives.ReadUInt16BigEndian(RandomNumberGenerator.GetBytes(2));
    private readonly ConcurrentDictionary<ushort, (IPAddress From, TaskCompletionSource Came)> waiting = new();
    private readonly CancellationTokenSource ended = new();
    private readonly Task receiving;
    private int last;

    private EchoSocket(Socket socket, TimeProvider clock)
    {
        (this.socket, this.clock) = (socket, clock);
        receiving = ReceiveAsync();
    }

    /// <summary>Opens the socket. Throws <see cref="NetworkToolException"/> where the daemon may not.</summary>
    /// <param name="space">The network namespace; null for this process's own.</param>
    /// <param name="clock">The time.</param>
    public static EchoSocket Open(string? space, TimeProvider clock)
    {
        try
        {
            var socket = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp));
            socket.SetRawSocketOption(0, MtuDiscover, Whole);
            socket.Bind(new IPEndPoint(IPAddress.Any, 0));
            return new(socket, clock);
        }
        catch (SocketException refused)
        {
            throw new NetworkToolException($"Addresses cannot be asked for an echo: {refused.Message}. The daemon has to be root, or to have CAP_NET_RAW.", refused);
        }
    }

    /// <summary>Asks, up to three times, a second each.</summary>
    /// <param name="address">Who is asked.</param>
    /// <param name="size">Bytes of the packet, its headers included.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>How long the answer took; null where there was none.</returns>
    public async Task<TimeSpan?> AskAsync(IPAddress address, int size, CancellationToken stop)
    {
        for (var i = 0; i < Tries; i++)
        {
            if (await TryAsync(address, size, stop).ConfigureAwait(false) is { } took)
                return took;
        }
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
        await receiving.ConfigureAwait(false);
        ended.Dispose();
    }

    /// <summary>Asks once.</summary>
    public async Task<TimeSpan?> TryAsync(IPAddress address, int size, CancellationToken stop)
    {
        var number = (ushort)Interlocked.Increment(ref last);
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[number] = (address, came);
        try
        {
            var begun = clock.GetTimestamp();
            await socket.SendToAsync(Question(number, size - IpHeader), new IPEndPoint(address, 0), stop).ConfigureAwait(false);
            await came.Task.WaitAsync(Patience, clock, stop).ConfigureAwait(false);
            return clock.GetElapsedTime(begun);
        }
        catch (Exception none) when (none is TimeoutException or SocketException)
        {
            // No way there, no answer, or a packet that is larger than the first device takes: all the same to whoever asks.
            return null;
        }
        finally
        {
            waiting.TryRemove(number, out _);
        }
    }

    private byte[] Question(ushort number, int size)
    {
        var packet = new byte[size];
        packet[0] = Request;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), number);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), Checksum(packet));
        return packet;
    }

    /// <summary>The Internet's checksum (RFC 1071).</summary>
    private static ushort Checksum(ReadOnlySpan<byte> packet)
    {
        var sum = 0u;
        for (var at = 0; at < packet.Length; at += 2)
            sum += (uint)(packet[at] << 8) + (at + 1 < packet.Length ? packet[at + 1] : 0u);
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                var came = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), ended.Token).ConfigureAwait(false);
                Take(buffer.AsSpan(0, came.ReceivedBytes), ((IPEndPoint)came.RemoteEndPoint).Address);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Whoever still waits hears of no answer.
        }
    }

    /// <summary>The socket hears all echoes of the machine; an answer has our number and comes from whom was asked.</summary>
    private void Take(ReadOnlySpan<byte> packet, IPAddress from)
    {
        var header = packet.Length > 0 ? (packet[0] & 15) * 4 : 0;
        if (packet.Length < header + EchoHeader)
            return;
        var answer = packet[header..];
        if (answer[0] == 0 && BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) == id
            && waiting.TryGetValue(BinaryPrimitives.ReadUInt16BigEndian(answer[6..]), out var asked) && asked.From.Equals(from))
            asked.Came.TrySetResult();
    }
}
