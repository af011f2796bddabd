using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>
/// A client of a daemon's API. One for many requests, from any thread. Requests fail with <see cref="SwarmApiException"/> where the
/// daemon refuses and <see cref="SwarmUnreachableException"/> where it does not answer.
/// </summary>
public sealed partial class SwarmClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>A client of the daemon at <paramref name="endpoint"/>; nothing is sent yet.</summary>
    public SwarmClient(SwarmEndpoint endpoint)
    {
        Endpoint = endpoint;
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, stop) => endpoint.ConnectAsync(stop),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = new Uri("http://swarmps"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Where the daemon answers.</summary>
    public SwarmEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken stop, RegistryAuth? registry = null)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, stop, registry).ConfigureAwait(false);
        return await ReadAsync<T>(answer, stop).ConfigureAwait(false);
    }

    private Task<T> PostAsync<T>(string path, object? body, CancellationToken stop) => PostAsync<T>(path, body, registry: null, stop);

    private async Task<T> PostAsync<T>(string path, object? body, RegistryAuth? registry, CancellationToken stop)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, stop, registry).ConfigureAwait(false);
        return await ReadAsync<T>(answer, stop).ConfigureAwait(false);
    }

    private async Task DoAsync(HttpMethod method, string path, object? body, CancellationToken stop) =>
        (await SendAsync(method, path, body, stop).ConfigureAwait(false)).Dispose();

    /// <summary>Sends a request and gives its answer once the head is there, or throws what went wrong.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, CancellationToken stop, RegistryAuth? registry = null, bool upgrade = false)
    {
        using var request = new HttpRequestMessage(method, path);
        if (upgrade)
        {
            request.Headers.Connection.Add("Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "tcp");
        }
        if (registry is not null)
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", registry.Header);
        if (body is not null)
            request.Content = body as HttpContent ?? new StringContent(ApiJson.Write(body), Encoding.UTF8, "application/json");
        try
        {
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SwitchingProtocols)
                return answer;
            using (answer)
                throw await RefusalAsync(answer, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw Unreachable(fault);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            return ApiJson.Read<T>(await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false));
        }
        catch (HttpRequestException torn)
        {
            // The daemon ended in the middle of its answer.
            throw Unreachable(torn);
        }
    }

    private static async Task<SwarmApiException> RefusalAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        try
        {
            var refusal = ApiJson.Read<Refusal>(text);
            return new(answer.StatusCode, refusal.Message ?? text);
        }
        catch (JsonException)
        {
            return new(answer.StatusCode, text.Length > 0 ? text : $"the daemon answered {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
    }

    private SwarmUnreachableException Unreachable(HttpRequestException fault)
    {
        if (Endpoint.Ssh is { } machine)
        {
            return new(
                UnreachableReason.NotRunning,
                $"The daemon of {machine.Host} is not reached: {(fault.InnerException ?? fault).Message.TrimEnd('.')}. See to it that ssh logs in there without a question, that swarmpsd is on that user's PATH, and that the daemon runs.",
                fault);
        }
        if (Endpoint.Tls is not null)
            return UnreachableByTls(Endpoint.Tls, fault);
        var code = (fault.InnerException as SocketException)?.SocketErrorCode;
        return code switch
        {
            SocketError.AccessDenied => new(UnreachableReason.PermissionDenied,
                $"The daemon's socket {Endpoint.SocketPath} does not admit this user. Run as root, or join the group that owns the socket (swarmps) and log in again.", fault),
            SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound or null when code is not null || !File.Exists(Endpoint.SocketPath) =>
                new(UnreachableReason.NotRunning,
                $"No daemon answers at {Endpoint.SocketPath}. Start one with Start-SwarmDaemon (or: swarmpsd run --host {Endpoint.Address}), or name another socket with Connect-Swarm or ${Variable()}.", fault),
            _ => new(UnreachableReason.Broken, $"The connection to the daemon at {Endpoint.SocketPath} broke: {fault.InnerException?.Message ?? fault.Message}", fault),
        };
    }

    private static SwarmUnreachableException UnreachableByTls(TlsTarget machine, HttpRequestException fault)
    {
        if (fault.InnerException is AuthenticationException untrusted)
            return new(UnreachableReason.NotTrusted, $"The daemon at {machine} is not talked to: {untrusted.Message.TrimEnd('.')}.", fault);
        var cause = (fault.InnerException ?? fault).GetBaseException();
        // A server refuses a client's certificate by closing, after the client has taken the connection for good.
        return cause is SocketException { SocketErrorCode: not SocketError.ConnectionReset }
            ? new(UnreachableReason.NotRunning, $"No daemon answers at {machine}: {cause.Message.TrimEnd('.')}. See to it that one listens there (swarmpsd run --host tcp://IP:PORT) and that no firewall is between.", fault)
            : new(UnreachableReason.Broken, $"The daemon at {machine} closed the connection: {cause.Message.TrimEnd('.')}. If that is so each time, it does not take the certificate in {machine.Certificates}: it may have expired, or be from an authority that the daemon does not know.", fault);
    }

    private static string Variable() => "env:" + SwarmEndpoint.Variable;

    /// <summary>
    /// A path with a query; parameters without a value are left out. The path names no API version: the daemon answers in its own,
    /// and an engine behind it in the engine's newest.
    /// </summary>
    private static string Url(string path, params (string Name, string? Value)[] query)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return text.ToString();
    }

    private static string Id(string id) => Uri.EscapeDataString(id);

    private static string? Flag(bool set) => set ? "true" : null;

    private sealed record Refusal(string? Message = null);
}
