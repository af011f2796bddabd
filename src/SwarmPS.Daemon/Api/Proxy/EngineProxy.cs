using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Model;
using Yarp.ReverseProxy.Forwarder;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>Passes requests on to the engine: streams both ways, without limits of size or time.</summary>
internal sealed class EngineProxy : IDisposable
{
    private static readonly ForwarderRequestConfig Endless = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,
    };

    private readonly EngineLink engine;
    private readonly EngineFactsCache facts;
    private readonly ServiceProvider services;
    private readonly IHttpForwarder forwarder;
    private readonly EngineTunnel tunnel;

    /// <summary>A proxy to an engine.</summary>
    public EngineProxy(EngineLink engine, EngineFactsCache facts)
    {
        (this.engine, this.facts) = (engine, facts);
        services = new ServiceCollection()
            // The forwarder would log a line for each request; what goes wrong reaches the client from us.
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddHttpForwarder()
            .BuildServiceProvider();
        forwarder = services.GetRequiredService<IHttpForwarder>();
        tunnel = new(engine);
    }

    /// <summary>Passes a request on and answers with the engine's answer. Throws <see cref="SwarmException"/> where there is no engine.</summary>
    public async Task ForwardAsync(HttpContext context, CancellationToken stop)
    {
        var target = await TargetAsync(context, stop).ConfigureAwait(false);
        try
        {
            if (EngineTunnel.IsWanted(context.Request))
            {
                await tunnel.RunAsync(context, target, stop).ConfigureAwait(false);
                return;
            }
            Unbound(context);
            var error = await forwarder.SendAsync(context, "http://engine", engine.Client, Endless, new Retargeted(target, facts), stop).ConfigureAwait(false);
            if (error is ForwarderError.None || context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
                return;
            throw engine.Unreachable(context.Features.Get<IForwarderErrorFeature>()?.Exception);
        }
        catch (HttpRequestException fault)
        {
            throw engine.Unreachable(fault);
        }
        finally
        {
            if (context.Response.StatusCode >= StatusCodes.Status502BadGateway)
                facts.Forget();
        }
    }

    /// <summary>Lifts the limits of bodies: images and build contexts are as large, and come as slowly, as they do.</summary>
    private static void Unbound(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    /// <summary>Has the engine asked with another query than the client's.</summary>
    /// <param name="context">The request.</param>
    /// <param name="query">The query with its question mark.</param>
    public static void ReplaceQuery(HttpContext context, string query)
    {
        var request = context.Features.Get<IHttpRequestFeature>()!;
        var end = request.RawTarget.IndexOf('?', StringComparison.Ordinal);
        request.RawTarget = (end < 0 ? request.RawTarget : request.RawTarget[..end]) + query;
    }

    /// <inheritdoc/>
    public void Dispose() => services.Dispose();

    /// <summary>
    /// The path as the client wrote it, in the version of the engine that is closest to the client's. What an engine might read as
    /// another path than we did is refused.
    /// </summary>
    private async Task<Uri> TargetAsync(HttpContext context, CancellationToken stop)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = raw.IndexOf('?', StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(query < 0 ? raw : raw[..query]);
        if (!raw.StartsWith('/') || path.Contains("//", StringComparison.Ordinal) || path.Split('/').Any(segment => segment is "." or ".."))
            throw new SwarmException(SwarmErrorCode.NotFound, $"page not found: {raw}");
        var (version, rest) = ApiVersion.Split(path);
        // An engine decodes the separators that we leave as they are, for names of images have some.
        if (Router.IsOurs(rest) || raw[1..].Split('/', '?').Take(version is null ? 1 : 2).Any(HasEncodedSeparator))
            throw new SwarmException(SwarmErrorCode.NotFound, $"page not found: {raw}");
        if (version is { } asked)
        {
            var known = await facts.RequireAsync(stop).ConfigureAwait(false);
            NewerRequests.CheckQuery(context.Request, rest, asked, known.ApiVersion);
            // The version's own segment may be escaped; what follows it stays as it was written.
            var end = raw.AsSpan(1).IndexOfAny('/', '?');
            raw = known.PathOf(asked, end < 0 ? "" : raw[(end + 1)..]);
        }
        return new("http://engine" + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private static bool HasEncodedSeparator(string segment) =>
        segment.Contains("%2F", StringComparison.OrdinalIgnoreCase) || segment.Contains("%5C", StringComparison.OrdinalIgnoreCase);

    /// <summary>Leaves a request as it is, but for where it goes.</summary>
    private sealed class Retargeted(Uri target, EngineFactsCache facts) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destination, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(context, request, destination, cancellationToken).ConfigureAwait(false);
            request.RequestUri = target;
            request.Headers.Host = null;
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext context, HttpResponseMessage? response, CancellationToken cancellationToken)
        {
            var version = context.Response.Headers[ApiHeaders.ApiVersion];
            if (response?.Headers.TryGetValues(ApiHeaders.ApiVersion, out var served) == true && ApiVersion.TryParse(served.FirstOrDefault(), out var newest))
                facts.Note(newest);
            var copied = await base.TransformResponseAsync(context, response, cancellationToken).ConfigureAwait(false);
            context.Response.Headers[ApiHeaders.ApiVersion] = version;
            // A stream's head goes out before its first byte, which may be long in coming: "docker run" waits for the head of /wait.
            if (response is { Content.Headers.ContentLength: null, StatusCode: not System.Net.HttpStatusCode.NotModified })
                await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            return copied;
        }
    }
}
