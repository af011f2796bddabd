using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// Where nodes reach a manager: gRPC over TLS 1.3. A connection may come without a certificate, or with any, so that a refusal can say
/// what is wrong; it is one of few such ones, by <see cref="Strangers"/>, and each call is let in by <see cref="CallGate"/>. Managers' log
/// traffic has the port after this one.
/// </summary>
internal sealed class NodeListener : IAsyncDisposable
{
    /// <summary>Bytes of one message that are held at all: what another manager forwards for its client. Each call has its own limit.</summary>
    public const int MessageBytesMax = 16 << 20;

    /// <summary>How long a connection may be silent before it is asked for a sign of life, and how long that may take.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(5);

    /// <summary>How long calls may take to end when the listener stops; sessions end by themselves before that.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly WebApplication application;
    private readonly LoopScope scope = new(CancellationToken.None);

    private NodeListener(WebApplication application) => this.application = application;

    /// <summary>Where it listens: with the real port, where any was asked for.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Ends with what broke the listener.</summary>
    public Task<Exception> Fault => scope.FirstFault;

    /// <summary>Starts to listen. Throws <see cref="SwarmException"/> (Unavailable) where the address cannot be had.</summary>
    public static async Task<NodeListener> StartAsync(NodeListenerOptions options, CancellationToken stop)
    {
        var admission = new NodeAdmission(options.Store, options.Leadership, options.Clock);
        var connections = new NodeConnections(options.Store, admission);
        var strangers = new Strangers(options.Clock);
        var routes = new RpcRoutes(admission);
        foreach (var service in options.Services)
            service.Map(routes);
        var gate = new CallGate(routes.Rules, options.Refused);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(options.Logging);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (MessageBytesMax, null));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, strangers, connections));
        var application = builder.Build();
        application.UseRouting();
        application.Use(next => context => gate.InvokeAsync(context, next));
        application.MapGrpcService(routes.Build());
        var listener = new NodeListener(application);
        try
        {
            await application.StartAsync(stop).ConfigureAwait(false);
        }
        catch (IOException taken)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw AddressRefused(options.EndPoint, taken);
        }
        catch (System.Net.Sockets.SocketException refused)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw AddressRefused(options.EndPoint, refused);
        }
        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        listener.EndPoint = new(options.EndPoint.Address, new Uri(bound).Port);
        listener.scope.Run("node connections", connections.RunAsync);
        return listener;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await scope.DisposeAsync().ConfigureAwait(false);
        using var hurry = new CancellationTokenSource(StopGrace);
        await application.StopAsync(hurry.Token).ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
    }

    private static void Configure(KestrelServerOptions kestrel, NodeListenerOptions options, Strangers strangers, NodeConnections connections)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        (limits.Http2.KeepAlivePingDelay, limits.Http2.KeepAlivePingTimeout) = (PingDelay, PingDelay);
        kestrel.Listen(options.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => strangers.ServeAsync(connection, next));
            listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeMax, OnConnection = _ => ValueTask.FromResult(Tls(options)) });
            listen.Use(next => connection =>
            {
                var peer = NodePeer.Of(connection, options.Trust);
                if (peer.Subject is not null)
                    Strangers.Known(connection);
                return connections.ServeAsync(connection, peer, next);
            });
        });
    }

    private static SslServerAuthenticationOptions Tls(NodeListenerOptions options) => new()
    {
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ServerCertificate = options.Trust.Certificate,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    private static SwarmException AddressRefused(IPEndPoint address, Exception fault) => new(
        SwarmErrorCode.Unavailable,
        $"Nodes cannot be listened for on {address}: {fault.GetBaseException().Message}. Free the address, or name another by the listening address.",
        fault);
}
