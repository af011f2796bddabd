using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace SwarmPS.TestKit;

/// <summary>
/// Makes an old engine look like Docker 29: an HTTP proxy on a unix socket that refuses API versions below 1.44, passes requests on
/// in the version of the engine behind it, and answers as <see cref="CurrentEngine"/> says. Each connection has one request;
/// streams, and connections that attach and exec take over, pass through.
/// </summary>
public sealed class EngineShim : IAsyncDisposable
{
    private const int EngineMinor = 41;

    private readonly Func<string> engine;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Task, bool> serving = [];
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task accepting;

    /// <summary>A shim that listens.</summary>
    /// <param name="socket">Where it listens.</param>
    /// <param name="engine">Gives the socket of the engine behind it, which need not answer yet.</param>
    public EngineShim(string socket, Func<string> engine)
    {
        (Socket, this.engine) = (socket, engine);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen(512);
        accepting = AcceptAsync();
    }

    /// <summary>A shim in front of an engine that runs.</summary>
    public EngineShim(string socket, string engine)
        : this(socket, () => engine)
    {
    }

    /// <summary>Where it listens.</summary>
    public string Socket { get; }

    /// <summary>Requests as they came: <c>GET /v1.52/info</c>.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(serving.Keys);
        File.Delete(Socket);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(stopping.Token);
                var task = ServeAsync(client);
                serving[task] = true;
                _ = task.ContinueWith(ended => serving.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var client = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (await HttpHead.ReadAsync(client, stopping.Token) is { } head)
                await ForwardAsync(head, socket, client);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
        {
            // The client, the engine or the test has ended; the connection's end tells the other side.
        }
    }

    private async Task ForwardAsync(HttpHead head, Socket socket, NetworkStream client)
    {
        var words = head.First.Split(' ');
        requests.Enqueue($"{words[0]} {words[1]}");
        var (minor, rest) = Split(words[1]);
        var path = rest.Split('?')[0];
        if (Refusal(minor) is { } refusal)
        {
            await RefuseAsync(socket, client, refusal);
            return;
        }
        var body = CurrentEngine.JudgesBody(words[0], path) ? await head.ReadBodyAsync(client, stopping.Token) : [];
        if (CurrentEngine.RefusalOf(path, body) is { } wrong)
        {
            await RefuseAsync(socket, client, wrong);
            return;
        }
        var change = CurrentEngine.ChangeOf(words[0], path, minor ?? CurrentEngine.Newest);
        // An answer to HTTP/1.0 comes in one piece up to the connection's end, and not in chunks.
        head.First = $"{words[0]} {(minor is null ? "" : "/v1." + EngineMinor)}{rest} HTTP/1.{(change is null ? 1 : 0)}";
        if (head["Upgrade"] is null)
            head["Connection"] = "close";
        if (await ConnectAsync() is not { } target)
        {
            await RefuseAsync(socket, client, $"the engine behind the shim at {Socket} cannot be reached", "502 Bad Gateway");
            return;
        }
        using var connection = target;
        await using var stream = new NetworkStream(target);
        await head.WriteAsync(stream, stopping.Token);
        // The engine may have answered and closed by now: even a write of nothing would fail.
        if (body.Length > 0)
            await stream.WriteAsync(body, stopping.Token);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        var up = UploadAsync(client, stream, target, done.Token);
        if (!await AnswerAsync(stream, client, change, path))
            await client.WriteAsync(Answer("502 Bad Gateway", $"the engine behind the shim ended the connection before it answered {words[0]} {path}"), stopping.Token);
        socket.Shutdown(SocketShutdown.Send);
        await done.CancelAsync();
        await up;
    }

    /// <summary>A connection to the engine; null where there is none now.</summary>
    private async Task<Socket?> ConnectAsync()
    {
        try
        {
            return await HttpHead.ConnectAsync(engine(), stopping.Token);
        }
        catch (SocketException)
        {
            // It does not run: the client is told so.
            return null;
        }
    }

    /// <summary>Passes the engine's answer on; false where there is none.</summary>
    private async Task<bool> AnswerAsync(Stream from, Stream to, Action<JToken>? change, string path)
    {
        if (await HttpHead.ReadAsync(from, stopping.Token) is not { } head)
            return false;
        head["Server"] = $"Docker/{CurrentEngine.Release} (linux)";
        head["Api-Version"] = $"1.{CurrentEngine.Newest}";
        if (path == "/_ping")
            head["Swarm"] = "inactive";
        if (head.First.Contains(" 101 ", StringComparison.Ordinal))
        {
            await head.WriteAsync(to, stopping.Token);
            await from.CopyToAsync(to, stopping.Token);
            return true;
        }
        head["Connection"] = "close";
        if (change is null || !head.First.Contains(" 200 ", StringComparison.Ordinal))
        {
            head.First = head.First.Replace("HTTP/1.0", "HTTP/1.1", StringComparison.Ordinal);
            await head.WriteAsync(to, stopping.Token);
            await from.CopyToAsync(to, stopping.Token);
            return true;
        }
        head.First = "HTTP/1.1 200 OK";
        head["Content-Length"] = null;
        await head.WriteAsync(to, stopping.Token);
        using var reader = new StreamReader(from);
        if (!CurrentEngine.IsStream(path))
            await to.WriteAsync(Changed(await reader.ReadToEndAsync(stopping.Token), change), stopping.Token);
        while (await reader.ReadLineAsync(stopping.Token) is { } line)
            await to.WriteAsync(Changed(line, change), stopping.Token);
        return true;
    }

    private static byte[] Changed(string json, Action<JToken> change)
    {
        using var reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None };
        var token = JToken.ReadFrom(reader);
        change(token);
        return Encoding.UTF8.GetBytes(token.ToString(Formatting.None) + "\n");
    }

    /// <summary>The body, and what the client sends on a connection that it has taken over.</summary>
    private static async Task UploadAsync(Stream client, Stream engine, Socket target, CancellationToken done)
    {
        try
        {
            await client.CopyToAsync(engine, done);
            target.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The answer is complete, or one side has gone: the other direction notices.
        }
    }

    private static string? Refusal(int? minor) => minor switch
    {
        < CurrentEngine.Oldest => $"client version 1.{minor} is too old. Minimum supported API version is 1.{CurrentEngine.Oldest}, please upgrade your client to a newer version",
        > CurrentEngine.Newest => $"client version 1.{minor} is too new. Maximum supported API version is 1.{CurrentEngine.Newest}",
        _ => null,
    };

    private async Task RefuseAsync(Socket socket, NetworkStream client, string message, string status = "400 Bad Request")
    {
        await client.WriteAsync(Answer(status, message), stopping.Token);
        socket.Shutdown(SocketShutdown.Send);
        // Closing with something unread would tear up what was written.
        await client.CopyToAsync(Stream.Null, stopping.Token);
    }

    private static byte[] Answer(string status, string message)
    {
        var body = new JObject { ["message"] = message }.ToString(Formatting.None) + "\n";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nApi-Version: 1.{CurrentEngine.Newest}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
    }

    private static (int? Minor, string Target) Split(string target)
    {
        var slash = target.IndexOf('/', 1);
        return target.StartsWith("/v1.", StringComparison.Ordinal) && slash > 0 && int.TryParse(target.AsSpan(4, slash - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? (minor, target[slash..])
            : (null, target);
    }
}
