using System.Net.Sockets;
using System.Text;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>An engine that answers as a test says: it hands each connection with its request's head to the test.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-engine-").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, NetworkStream, Socket, Task> answer;
    private readonly Task accepting;

    public FakeEngine(Func<string, NetworkStream, Socket, Task> answer)
    {
        this.answer = answer;
        Socket = Path.Combine(folder, "engine.sock");
        listener.Bind(new UnixDomainSocketEndPoint(Socket));
        listener.Listen();
        accepting = AcceptAsync();
    }

    public string Socket { get; }

    public Recorded<string> Heads { get; } = new();

    /// <summary>Answers what every server asks at its first request; the rest is the test's.</summary>
    public static FakeEngine Of(Func<string, NetworkStream, Socket, Task> answer, string api = "1.41", string least = "1.12") => new(async (head, stream, socket) =>
    {
        if (head.StartsWith("GET /version ", StringComparison.Ordinal))
            await JsonAsync(stream, 200, $$"""{"Version":"20.10","ApiVersion":"{{api}}","MinAPIVersion":"{{least}}","Os":"linux","Components":[{"Name":"Engine"}]}""");
        else if (head.StartsWith("GET /_ping ", StringComparison.Ordinal))
            await TextAsync(stream, "HTTP/1.1 200 OK\r\nBuilder-Version: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
        else
            await answer(head, stream, socket);
    });

    public static Task JsonAsync(NetworkStream stream, int status, string json) =>
        TextAsync(stream, $"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\nConnection: close\r\nApi-Version: 1.41\r\n\r\n{json}");

    public static async Task TextAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
        Directory.Delete(folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < 4 || (head[^1], head[^2], head[^3], head[^4]) != ('\n', '\r', '\n', '\r'))
        {
            if (await stream.ReadAsync(one) == 0)
                return;
            head.Append((char)one[0]);
        }
        lock (Heads)
            Heads.Add(head.ToString());
        await answer(head.ToString(), stream, socket);
        // Closing with something unread would tear up what was written.
        socket.Shutdown(SocketShutdown.Send);
        while (await stream.ReadAsync(one) > 0)
        {
            // Not wanted.
        }
    }
}
