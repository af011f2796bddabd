using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>
/// A command that an engine runs in a container. Its streams are a connection of its own, which the engine hands over; the end of
/// the input is the end of one of its directions.
/// </summary>
internal sealed class EngineProcess : ITaskProcess
{
    private const int HeadBytes = 8;
    private const int PieceBytes = 16 << 10;

    private readonly HttpMessageInvoker http;
    private readonly HttpResponseMessage answer;
    private readonly Socket socket;
    private readonly Stream stream;
    private readonly bool hasTerminal;

    private EngineProcess(HttpMessageInvoker http, HttpResponseMessage answer, Socket socket, Stream stream, bool hasTerminal) =>
        (this.http, this.answer, this.socket, this.stream, this.hasTerminal) = (http, answer, socket, stream, hasTerminal);

    /// <summary>Changes the terminal's size.</summary>
    public required Func<TerminalSize, CancellationToken, Task> Resize { get; init; }

    /// <summary>Asks how the command ended; null while it runs.</summary>
    public required Func<CancellationToken, Task<int?>> ExitCode { get; init; }

    /// <summary>Has the engine start a command that it has been told of. Throws <see cref="EngineException"/> or what keeps from reaching it.</summary>
    public static async Task<EngineProcess> StartAsync(
        Func<CancellationToken, Task<Socket>> connect, string id, bool hasTerminal,
        Func<TerminalSize, CancellationToken, Task> resize, Func<CancellationToken, Task<int?>> exitCode, CancellationToken stop)
    {
        Socket? socket = null;
        var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) => new NetworkStream(socket = await connect(cancel).ConfigureAwait(false), ownsSocket: true),
                UseProxy = false,
            },
            disposeHandler: true);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://engine/exec/{id}/start")
            {
                Content = new StringContent(hasTerminal ? """{"Detach":false,"Tty":true}""" : """{"Detach":false,"Tty":false}""", Encoding.UTF8, "application/json"),
            };
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "tcp");
            var answer = await http.SendAsync(request, stop).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.SwitchingProtocols)
                return new(http, answer, socket!, await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false), hasTerminal) { Resize = resize, ExitCode = exitCode };
            using (answer)
            {
                var text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
                throw new EngineException(answer.StatusCode, EngineAnswers.Message(text) ?? $"the engine answered {(int)answer.StatusCode}");
            }
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> input, CancellationToken stop)
    {
        try
        {
            await stream.WriteAsync(input, stop).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The command listens no more, as when it has ended: reading tells.
        }
    }

    /// <inheritdoc/>
    public Task EndInputAsync(CancellationToken stop)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // So has the command: reading tells.
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ResizeAsync(TerminalSize size, CancellationToken stop) => Resize(size, stop);

    /// <inheritdoc/>
    public async IAsyncEnumerable<EngineOutput> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var piece = new byte[PieceBytes];
        var head = new byte[HeadBytes];
        while (true)
        {
            var (stderr, left) = (false, PieceBytes);
            if (!hasTerminal)
            {
                if (await FillAsync(head, HeadBytes, stop).ConfigureAwait(false) < HeadBytes)
                    yield break;
                (stderr, left) = (head[0] >= 2, checked((int)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4))));
            }
            while (left > 0)
            {
                var read = await FillAsync(piece.AsMemory(0, Math.Min(left, PieceBytes)), 1, stop).ConfigureAwait(false);
                if (read == 0)
                    yield break;
                yield return new(stderr, piece.AsMemory(0, read));
                if (hasTerminal)
                    break;
                left -= read;
            }
        }
    }

    /// <inheritdoc/>
    public Task<int?> ExitCodeAsync(CancellationToken stop) => ExitCode(stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        answer.Dispose();
        http.Dispose();
    }

    /// <summary>Reads until there are so many bytes; fewer at the end, which an engine that dies makes too.</summary>
    private async Task<int> FillAsync(Memory<byte> buffer, int least, CancellationToken stop)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, least, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
