using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Composition;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// Serves the Engine API: the swarm's part from the store, the rest from the engine. The HTTP server stands alone, without a
/// host around it: that starts faster and stays smaller.
/// </summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private const int HeaderBytesMax = 256 << 10;

    /// <summary>Bytes in a second that a body has to come with, on average: below that, nobody sends in earnest.</summary>
    private const int BodyBytesPerSecondMin = 240;

    /// <summary>How long a request's head may take.</summary>
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(30);

    private readonly KestrelServer server;
    private readonly EngineLink engine;
    private readonly EngineProxy proxy;
    private readonly CancellationTokenSource stopping = new();
    private bool disposed;

    private ApiServer(ApiServerOptions options)
    {
        engine = new(options);
        var facts = new EngineFactsCache(engine, options.Clock);
        proxy = new(engine, facts);
        Application = new(options, engine, facts, proxy, stopping.Token);
        server = new(Options.Create(KestrelOptions(options)), Transport(options), options.LoggerFactory);
    }

    /// <summary>All routes that this server answers itself.</summary>
    public IReadOnlyList<Route> Routes => Application.Routes;

    private ApiApplication Application { get; }

    /// <summary>Starts to serve. Throws <see cref="ConfigurationException"/> where a socket cannot be had.</summary>
    public static async Task<ApiServer> StartAsync(ApiServerOptions options, CancellationToken stop)
    {
        var server = new ApiServer(options);
        try
        {
            await server.server.StartAsync(server.Application, stop).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            if (fault is IOException { InnerException: ConfigurationException cause })
                throw cause;
            if (fault is IOException or SocketException && options.Addresses.Count > 0)
                throw new ConfigurationException($"--host: {string.Join(", ", options.Addresses.Select(address => $"tcp://{address}"))} cannot be listened on: {fault.GetBaseException().Message}. Give an address of this machine and a free port.", fault);
            throw;
        }
        options.Forwarded?.AnswerBy(server.Application.AnswerForwardedAsync);
        var log = options.LoggerFactory.CreateLogger<ApiServer>();
        foreach (var socket in options.Sockets)
            log.Listening($"unix://{socket}");
        foreach (var address in options.Addresses)
            log.Listening($"tcp://{address}");
        return server;
    }

    /// <summary>Ends streams, lets other requests finish for as long as the token allows, and closes the sockets.</summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await server.StopAsync(hurry).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        await stopping.CancelAsync().ConfigureAwait(false);
        server.Dispose();
        proxy.Dispose();
        engine.Dispose();
        stopping.Dispose();
    }

    private static KestrelServerOptions KestrelOptions(ApiServerOptions options)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        var limits = kestrel.Limits;
        // EngineProxy lifts the limits of bodies for what the engine answers: streams may be as long, and as slow, as they like.
        limits.MaxRequestBodySize = ApiCall.RefusedBytesMax;
        limits.MinRequestBodyDataRate = new(BodyBytesPerSecondMin, options.BodyPatience);
        limits.RequestHeadersTimeout = HeadTime;
        limits.MinResponseDataRate = null;
        // Filters and registry credentials travel in the request's head.
        limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        limits.MaxRequestLineSize = HeaderBytesMax;
        foreach (var socket in options.Sockets)
        {
            UnixSockets.CheckLength(socket);
            kestrel.ListenUnixSocket(socket, Serve);
        }
        if (options.Certificate is { } certificate && options.Addresses.Count > 0)
            TlsAddresses.Listen(kestrel, options.Addresses, certificate, Serve);
        return kestrel;
    }

    private static void Serve(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => HijackablePipe.ServeAsync(connection, next));
    }

    private static SocketTransportFactory Transport(ApiServerOptions options) => new(
        Options.Create(new SocketTransportOptions
        {
            CreateBoundListenSocket = endpoint => endpoint is UnixDomainSocketEndPoint unix
                ? UnixSockets.Bind(unix.ToString(), options.Group)
                : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint),
        }),
        options.LoggerFactory);
}
