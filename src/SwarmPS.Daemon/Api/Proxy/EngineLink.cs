using System.Net.Sockets;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>HTTP to the engine beside this daemon, over its unix socket.</summary>
internal sealed class EngineLink : IDisposable
{
    private readonly string socket;
    private readonly TimeSpan timeout;
    private readonly TimeProvider clock;

    /// <summary>A link; nothing is connected yet.</summary>
    public EngineLink(ApiServerOptions options)
    {
        (socket, timeout, clock) = (options.EngineSocket, options.EngineTimeout, options.Clock);
        Client = new(Handler(ConnectAsync, TimeSpan.FromMinutes(1)), disposeHandler: true);
    }

    /// <summary>Sends anything, as it is.</summary>
    public HttpMessageInvoker Client { get; }

    /// <summary>The engine's address, for messages.</summary>
    public string Address => $"unix://{socket}";

    /// <summary>A handler that passes everything on just as it is.</summary>
    public static SocketsHttpHandler Handler(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect, TimeSpan idle) => new()
    {
        ConnectCallback = connect,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = idle,
    };

    /// <summary>A socket to the engine. Throws <see cref="SocketException"/>.</summary>
    public async Task<Socket> OpenAsync(CancellationToken stop)
    {
        var open = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await open.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop).ConfigureAwait(false);
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    /// <summary>Asks the engine for an object. Throws <see cref="SwarmException"/> (Unavailable) where it does not answer well.</summary>
    public Task<JObject> GetAsync(string path, CancellationToken stop) => ReadAsync<JObject>(path, stop);

    /// <summary>Asks the engine for a list. Throws as <see cref="GetAsync"/> does.</summary>
    public Task<JArray> ListAsync(string path, CancellationToken stop) => ReadAsync<JArray>(path, stop);

    private async Task<T> ReadAsync<T>(string path, CancellationToken stop)
    {
        using var answer = await SendAsync(path, stop).ConfigureAwait(false);
        try
        {
            return ApiJson.Read<T>(await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException)
        {
            throw Unreachable(fault);
        }
    }

    /// <summary>Asks the engine and gives its answer, a good one. Throws <see cref="SwarmException"/>.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://engine" + path));
            var answer = await Client.SendAsync(request, either.Token).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw await RefusalAsync(answer, either.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw Unreachable(fault);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw Unreachable(new TimeoutException($"no answer within {timeout.TotalSeconds:0} s"));
        }
    }

    /// <summary>Asks the engine for a stream, as long as it may be. Throws <see cref="SwarmException"/> as <see cref="SendAsync"/> does.</summary>
    public async Task<EngineStream> OpenStreamAsync(string path, CancellationToken stop)
    {
        var answer = await SendAsync(path, stop).ConfigureAwait(false);
        return new(answer, await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
    }

    /// <summary>The engine does not answer.</summary>
    public SwarmException Unreachable(Exception? fault) => new(
        SwarmErrorCode.Unavailable,
        $"Cannot reach the container engine at {Address}{Why(fault)}. Start it (for example: systemctl start docker), or give its socket to swarmpsd run --engine.",
        fault);

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();

    /// <summary>The engine's refusal with its own message.</summary>
    private async Task<SwarmException> RefusalAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        var code = (int)answer.StatusCode switch
        {
            400 => SwarmErrorCode.InvalidArgument,
            404 => SwarmErrorCode.NotFound,
            _ => SwarmErrorCode.Unavailable,
        };
        return new(code, Message(text) ?? $"The container engine at {Address} answered {(int)answer.StatusCode}: {text}");
    }

    private static string? Message(string text)
    {
        try
        {
            return (string?)ApiJson.Read<JObject>(text)["message"];
        }
        catch (JsonException)
        {
            // Not in the API's form; the caller shows it as it is.
            return null;
        }
    }

    private static string Why(Exception? fault) => fault is null ? "" : $": {fault.GetBaseException().Message.TrimEnd('.')}";

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop) =>
        new NetworkStream(await OpenAsync(stop).ConfigureAwait(false), ownsSocket: true);
}
