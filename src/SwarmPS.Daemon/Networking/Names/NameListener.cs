using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>Listens on one gateway address for the questions of one network, UDP and TCP.</summary>
internal sealed class NameListener : IAsyncDisposable
{
    private const int QuestionMax = 4096;

    private readonly CancellationTokenSource ended = new();
    private readonly string network;
    private readonly NameAnswers answers;
    private readonly TimeProvider clock;
    private readonly Socket datagrams;
    private readonly Socket connections;
    private readonly Task work;
    private int open;

    private NameListener(string network, NameAnswers answers, TimeProvider clock, Socket datagrams, Socket connections)
    {
        (this.network, this.answers, this.clock, this.datagrams, this.connections) = (network, answers, clock, datagrams, connections);
        work = Task.WhenAll(Task.Run(ReceiveAsync), Task.Run(AcceptAsync));
    }

    /// <summary>Whether it still listens.</summary>
    public bool IsAlive => !work.IsCompleted;

    /// <summary>Begins to listen. Throws <see cref="NetworkToolException"/> where the port is another's.</summary>
    public static NameListener Start(string? space, string network, IPEndPoint local, NameAnswers answers, TimeProvider clock)
    {
        var datagrams = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        var connections = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            foreach (var socket in new[] { datagrams, connections })
            {
                // The address comes and goes with the bridge; to listen needs not wait for it.
                socket.SetRawSocketOption(0, 15, [1, 0, 0, 0]);
                socket.Bind(local);
            }
            connections.Listen();
            return new(network, answers, clock, datagrams, connections);
        }
        catch (SocketException taken)
        {
            datagrams.Dispose();
            connections.Dispose();
            throw new NetworkToolException($"The DNS server cannot listen on {local}: {taken.Message}. If another program listens on port {local.Port} of all addresses, restrict it to those it needs.", taken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync().ConfigureAwait(false);
        datagrams.Dispose();
        connections.Dispose();
        await work.ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[QuestionMax];
        try
        {
            while (true)
            {
                var came = await datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), ended.Token).ConfigureAwait(false);
                var answer = AnswerAsync(buffer.AsMemory(0, came.ReceivedBytes).ToArray(), (IPEndPoint)came.RemoteEndPoint);
                if (answer.IsCompleted)
                    await answer.ConfigureAwait(false);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // It was ended; a listener that ended by itself is made anew by the next audit.
        }
    }

    private async Task AnswerAsync(byte[] asked, IPEndPoint from)
    {
        try
        {
            if (await answers.AnswerAsync(network, from.Address, asked, isStream: false, ended.Token).ConfigureAwait(false) is { } answer)
                await datagrams.SendToAsync(answer, from, ended.Token).ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The asker asks again.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await connections.AcceptAsync(ended.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref open) <= Limits.ConnectionsMax)
                {
                    _ = ConverseAsync(connection);
                    continue;
                }
                Interlocked.Decrement(ref open);
                connection.Dispose();
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // As above.
        }
    }

    private async Task ConverseAsync(Socket connection)
    {
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            var from = ((IPEndPoint)connection.RemoteEndPoint!).Address;
            while (true)
            {
                using var silent = new CancellationTokenSource(Limits.SilenceTime, clock);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, silent.Token);
                if (await NameForwarder.ReadAsync(stream, QuestionMax, both.Token).ConfigureAwait(false) is not { } asked
                    || await answers.AnswerAsync(network, from, asked, isStream: true, both.Token).ConfigureAwait(false) is not { } answer)
                {
                    return;
                }
                await NameForwarder.WriteAsync(stream, answer, both.Token).ConfigureAwait(false);
            }
        }
        catch (Exception lost) when (lost is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The asker left, or said nothing for too long.
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }
}
