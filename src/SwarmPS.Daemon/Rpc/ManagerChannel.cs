using System.Net;
using System.Net.Security;
using Grpc.Core;
using Grpc.Net.Client;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Rpc;

/// <summary>A connection to one manager. Calls share it; it comes about with the first one, and again after it broke.</summary>
internal sealed class ManagerChannel : IDisposable
{
    /// <summary>Bytes of one answer.</summary>
    private const int MessageBytesMax = 64 << 20;

    /// <summary>How long a connection may take to come about.</summary>
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(3);

    /// <summary>A manager that says nothing for so long is asked for a sign of life, and given as long again.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1.5);

    private readonly GrpcChannel channel;
    private readonly Func<string?> refusal;

    /// <summary>A channel to a manager.</summary>
    /// <param name="address">Where it is: <c>IP:PORT</c>.</param>
    /// <param name="tls">How both prove who they are; the present certificate is taken at each handshake.</param>
    /// <param name="refusal">Why this end refused the other's certificate, where it did.</param>
    public ManagerChannel(string address, SslClientAuthenticationOptions tls, Func<string?> refusal)
    {
        (Address, this.refusal) = (address, refusal);
        var handler = new SocketsHttpHandler
        {
            SslOptions = tls,
            ConnectTimeout = ConnectMax,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingDelay,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        channel = GrpcChannel.ForAddress($"https://{address}", new()
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageBytesMax,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = true,
        });
        Calls = channel.CreateCallInvoker();
    }

    /// <summary>Where the manager is.</summary>
    public string Address { get; }

    /// <summary>For streams; what goes wrong with them, <see cref="Explain"/> says.</summary>
    public CallInvoker Calls { get; }

    /// <summary>Asks for an answer. Throws <see cref="NotLeadingException"/> or <see cref="SwarmException"/>.</summary>
    public async Task<TAnswer> AskAsync<TRequest, TAnswer>(Method<TRequest, TAnswer> method, TRequest request, CancellationToken stop)
        where TRequest : class where TAnswer : class
    {
        try
        {
            using var call = Calls.AsyncUnaryCall(method, null, new(cancellationToken: stop), request);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException answer)
        {
            throw Explain(answer);
        }
    }

    /// <summary>What an answer means here.</summary>
    public Exception Explain(RpcException answer) => RpcErrors.From(answer, Address, refusal());

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();
}
