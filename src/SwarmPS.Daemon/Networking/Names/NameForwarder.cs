using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>Passes questions on to other resolvers, as they came, one after another until one answers.</summary>
/// <param name="space">The network namespace to ask from; null for this process's own.</param>
/// <param name="port">The port of resolvers.</param>
/// <param name="clock">The time.</param>
internal sealed class NameForwarder(string? space, int port, TimeProvider clock)
{
    private const int AnswerMax = ushort.MaxValue;

    /// <summary>The answer of the first resolver that gives one in time; null where none does.</summary>
    public async Task<byte[]?> AskAsync(IReadOnlyList<IPAddress> resolvers, ReadOnlyMemory<byte> asked, DnsQuestion question, bool isStream, CancellationToken stop)
    {
        foreach (var resolver in resolvers)
        {
            using var late = new CancellationTokenSource(Limits.ResolverTime, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
            try
            {
                return await (isStream ? StreamAsync(resolver, asked, question, both.Token) : DatagramAsync(resolver, asked, question, both.Token)).ConfigureAwait(false);
            }
            catch (Exception silent) when (silent is SocketException or IOException || (silent is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // The next one may answer.
            }
        }
        return null;
    }

    private async Task<byte[]> DatagramAsync(IPAddress resolver, ReadOnlyMemory<byte> asked, DnsQuestion question, CancellationToken stop)
    {
        // A socket for each question: its port is one more thing that a forged answer would have to guess.
        using var socket = NetworkSpace.Within(space, () => new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        await socket.ConnectAsync(resolver, port, stop).ConfigureAwait(false);
        await socket.SendAsync(asked, stop).ConfigureAwait(false);
        var buffer = new byte[4096];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, stop).ConfigureAwait(false);
            if (DnsMessage.Answers(buffer.AsSpan(0, read), asked.Span, question))
                return buffer[..read];
        }
    }

    private async Task<byte[]> StreamAsync(IPAddress resolver, ReadOnlyMemory<byte> asked, DnsQuestion question, CancellationToken stop)
    {
        using var socket = NetworkSpace.Within(space, () => new Socket(resolver.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(resolver, port, stop).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        await WriteAsync(stream, asked, stop).ConfigureAwait(false);
        var answer = await ReadAsync(stream, AnswerMax, stop).ConfigureAwait(false);
        return answer is not null && DnsMessage.Answers(answer, asked.Span, question) ? answer : throw new IOException($"The resolver {resolver} answered something else.");
    }

    /// <summary>Reads a message with its length before it; null at the end.</summary>
    public static async Task<byte[]?> ReadAsync(Stream stream, int sizeMax, CancellationToken stop)
    {
        var head = new byte[2];
        if (await stream.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, stop).ConfigureAwait(false) < 2)
            return null;
        var size = BinaryPrimitives.ReadUInt16BigEndian(head);
        if (size > sizeMax)
            return null;
        var message = new byte[size];
        return await stream.ReadAtLeastAsync(message, size, throwOnEndOfStream: false, stop).ConfigureAwait(false) == size ? message : null;
    }

    /// <summary>Writes a message with its length before it.</summary>
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        var whole = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(whole, (ushort)message.Length);
        message.CopyTo(whole.AsMemory(2));
        await stream.WriteAsync(whole, stop).ConfigureAwait(false);
    }
}
