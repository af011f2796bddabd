using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// Lets a call in by its connection and its path alone, before anything of its body is read; and tells of nodes that were let in and then
/// sent what cannot be taken.
/// </summary>
/// <param name="rules">Who may make which call.</param>
/// <param name="refused">Hears of each message of a node that was refused: the node, the call's path and why.</param>
internal sealed class CallGate(IReadOnlyDictionary<string, CallRule> rules, Action<NodeCaller, string, string> refused)
{
    /// <summary>Bytes of a call by one without a certificate: a token and a request for a certificate.</summary>
    public const long OpenBodyBytesMax = 64 << 10;

    private const string StatusName = "grpc-status";
    private const string MessageName = "grpc-message";
    private static readonly string Invalid = ((int)StatusCode.InvalidArgument).ToString(CultureInfo.InvariantCulture);

    /// <summary>Lets a call in, or refuses it.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        if (!rules.TryGetValue(path, out var rule))
        {
            // gRPC says so itself, and reads nothing.
            await next(context).ConfigureAwait(false);
            return;
        }
        NodeCaller? caller;
        try
        {
            caller = await rule.AdmitAsync(PeerOf(context), context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception refusal) when (RpcErrors.TryToRpc(refusal) is { } told)
        {
            Refuse(context.Response, told);
            return;
        }
        if (rule.IsOpen)
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = OpenBodyBytesMax;
        if (caller is not null)
            context.Features.Set(caller);
        await next(context).ConfigureAwait(false);
        if (caller is not null && Said(context, StatusName) == Invalid)
            refused(caller, path, Uri.UnescapeDataString(Said(context, MessageName) ?? ""));
    }

    private static NodePeer PeerOf(HttpContext context) =>
        context.Features.Get<NodePeer>() ?? throw new InvalidOperationException("The connection was not judged when it came in.");

    /// <summary>An answer that is nothing but its trailers.</summary>
    private static void Refuse(HttpResponse response, RpcException refusal)
    {
        response.ContentType = "application/grpc";
        response.Headers[StatusName] = ((int)refusal.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers[MessageName] = Uri.EscapeDataString(refusal.Status.Detail);
        foreach (var trailer in refusal.Trailers)
            response.Headers[trailer.Key] = trailer.Value;
    }

    private static string? Said(HttpContext context, string name) =>
        context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers.TryGetValue(name, out var trailer) == true ? (string?)trailer
        : context.Response.Headers.TryGetValue(name, out var header) ? (string?)header : null;
}
