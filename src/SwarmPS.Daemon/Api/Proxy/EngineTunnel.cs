using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>
/// Requests that take their connection over (attach, exec, build sessions): after the engine has agreed, bytes go both ways, and
/// the end of one direction is passed on while the other goes on: <c>echo hi | docker exec -i c cat</c> still gets its answer.
/// </summary>
internal sealed class EngineTunnel(EngineLink engine)
{
    private static readonly HttpRequestOptionsKey<Connection> Key = new("connection");

    /// <summary>Headers that belong to one hop.</summary>
    private static readonly string[] HopHeaders = ["Connection", "Upgrade", "Host", "Transfer-Encoding", "Content-Length", "Keep-Alive"];

    /// <summary>Whether a request asks for its connection.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.Headers.ContainsKey("Upgrade") &&
        request.Headers.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase);

    /// <summary>Runs a request until both directions have ended. Throws <see cref="HttpRequestException"/> where there is no engine.</summary>
    public async Task RunAsync(HttpContext context, Uri target, CancellationToken stop)
    {
        var connection = new Connection();
        using var client = new HttpMessageInvoker(EngineLink.Handler(ConnectAsync, TimeSpan.Zero), disposeHandler: true);
        using var request = await RequestAsync(context.Request, target, stop).ConfigureAwait(false);
        request.Options.Set(Key, connection);
        using var answer = await client.SendAsync(request, stop).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols)
            await JoinAsync(context, answer, connection.Socket!, stop).ConfigureAwait(false);
        else
            await RefuseAsync(context, answer, stop).ConfigureAwait(false);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = await engine.OpenAsync(stop).ConfigureAwait(false);
        if (context.InitialRequestMessage.Options.TryGetValue(Key, out var connection))
            connection.Socket = socket;
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<HttpRequestMessage> RequestAsync(HttpRequest from, Uri target, CancellationToken stop)
    {
        var request = new HttpRequestMessage(new(from.Method), target) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", from.Headers.Upgrade.ToString());
        // Without a length there is no body: what follows belongs to the tunnel.
        if (from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0)
            request.Content = new ByteArrayContent(await BodyAsync(from, stop).ConfigureAwait(false));
        foreach (var (name, value) in from.Headers)
        {
            if (HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, value.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, value.AsEnumerable());
        }
        return request;
    }

    private static async Task<byte[]> BodyAsync(HttpRequest from, CancellationToken stop)
    {
        var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await from.Body.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > ApiJson.BodyBytesMax)
                throw SwarmException.Invalid($"The body of {from.Path} is larger than {ApiJson.BodyBytesMax} bytes.");
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    /// <summary>The engine did not agree: an ordinary answer.</summary>
    private static async Task RefuseAsync(HttpContext context, HttpResponseMessage answer, CancellationToken stop)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, stop).ConfigureAwait(false);
    }

    private static async Task JoinAsync(HttpContext context, HttpResponseMessage answer, Socket socket, CancellationToken stop)
    {
        var client = context.Features.Get<HijackablePipe>()!.Take();
        await using var fromEngine = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        await client.Output.WriteAsync(Head(answer), stop).ConfigureAwait(false);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var up = SendAsync(client.Input, fromEngine, socket, done.Token);
        await ReceiveAsync(fromEngine, client.Output, done.Token).ConfigureAwait(false);
        // The engine has said its last: nobody listens to the client any more.
        await done.CancelAsync().ConfigureAwait(false);
        await up.ConfigureAwait(false);
    }

    private static byte[] Head(HttpResponseMessage answer)
    {
        var head = new StringBuilder("HTTP/1.1 101 UPGRADED\r\n");
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            foreach (var value in values)
                head.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static async Task SendAsync(PipeReader client, Stream engine, Socket socket, CancellationToken done)
    {
        try
        {
            while (true)
            {
                var read = await client.ReadAsync(done).ConfigureAwait(false);
                foreach (var part in read.Buffer)
                    await engine.WriteAsync(part, done).ConfigureAwait(false);
                client.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The engine has closed, or the client is gone: the other direction notices and ends the tunnel.
        }
    }

    private static async Task ReceiveAsync(Stream engine, PipeWriter client, CancellationToken done)
    {
        try
        {
            while (true)
            {
                var read = await engine.ReadAsync(client.GetMemory(), done).ConfigureAwait(false);
                if (read == 0)
                    return;
                client.Advance(read);
                if ((await client.FlushAsync(done).ConfigureAwait(false)).IsCompleted)
                    return;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The engine died or the server stops: the client sees the end of the stream.
        }
    }

    /// <summary>The socket that a request went out on.</summary>
    private sealed class Connection
    {
        public Socket? Socket { get; set; }
    }
}
