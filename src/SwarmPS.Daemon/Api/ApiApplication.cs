using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary>Answers every request: version, route, refusals.</summary>
internal sealed class ApiApplication : IHttpApplication<HttpContext>
{
    private readonly EngineFactsCache facts;
    private readonly EngineProxy proxy;
    private readonly Router router;
    private readonly LeaderRequests leader;
    private readonly ILogger log;
    private readonly Action<byte[]> random;
    private readonly CancellationToken stopping;

    /// <summary>All endpoints.</summary>
    public ApiApplication(ApiServerOptions options, EngineLink engine, EngineFactsCache facts, EngineProxy proxy, CancellationToken stopping)
    {
        (this.facts, this.proxy, this.stopping, random) = (facts, proxy, stopping, options.Random);
        log = options.LoggerFactory.CreateLogger<ApiApplication>();
        leader = new(options);
        var changes = new SwarmChanges(options);
        var networks = new SwarmNetworks(options, changes, engine);
        var services = new ServiceRequests(changes, new NetworkNames(engine), log);
        router = new(
        [
            .. new SystemEndpoints(engine, facts, options.Membership).Routes(),
            .. new SwarmEndpoints(options.Membership, changes).Routes(),
            .. new NodeEndpoints(changes).Routes(),
            .. new ServiceEndpoints(changes, services).Routes(),
            .. new PlanEndpoints(changes, services).Routes(),
            .. new SecretEndpoints(changes).Routes(),
            .. new ConfigEndpoints(changes).Routes(),
            .. new TaskEndpoints(changes).Routes(),
            .. new LogEndpoints(options, changes, log).Routes(),
            .. new ExecEndpoints(options, changes).Routes(),
            .. new ConvergenceEndpoints(changes).Routes(),
            .. new EventEndpoints(options, engine, facts, log).Routes(),
            .. new BackupEndpoints(options, changes).Routes(),
            .. new NetworkEndpoints(options, changes, leader, networks, engine, facts, proxy).Routes(),
            .. new NetworkCheckEndpoints(options, changes).Routes(),
            .. new ContainerEndpoints(networks, facts, proxy).Routes(),
            .. new VolumeEndpoints(facts, proxy).Routes(),
        ]);
    }

    /// <summary>All routes, each with its method and path.</summary>
    public IReadOnlyList<Route> Routes => router.Routes;

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The context holds nothing of its own.
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context) => ProcessAsync(context, AnswerAsync, context.RequestAborted);

    /// <summary>Answers what another manager forwarded. Throws <see cref="LeaderChangedException"/> where this one does not lead.</summary>
    public Task<ForwardedAnswer> AnswerForwardedAsync(ForwardedRequest request, CancellationToken stop) => leader.AnswerAsync(
        request,
        (context, gone) => ProcessAsync(context, (_, either) => FindAsync(context, either), gone),
        stop);

    private async Task ProcessAsync(HttpContext context, Func<HttpContext, CancellationToken, Task> answer, CancellationToken gone)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        try
        {
            await answer(context, stop.Token).ConfigureAwait(false);
        }
        catch (LeaderChangedException)
        {
            // Answered here in place of another manager, which tries again.
            throw;
        }
        catch (SwarmException refused)
        {
            await RefuseAsync(context, ApiErrors.StatusOf(refused.Code), refused.Message).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad)
        {
            await RefuseAsync(context, bad.StatusCode, bad.Message).ConfigureAwait(false);
        }
        catch (Exception broken) when (stop.IsCancellationRequested && broken is OperationCanceledException or ConnectionResetException or IOException)
        {
            // The client has gone or the server stops: nobody waits for an answer, and a half one must not look whole.
            context.Abort();
        }
        catch (Exception fault)
        {
            await FailAsync(context, fault).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken stop)
    {
        var engine = await facts.GetAsync().WaitAsync(stop).ConfigureAwait(false);
        var headers = context.Response.Headers;
        headers[ApiHeaders.ApiVersion] = ApiVersion.Newest.ToString();
        headers[ApiHeaders.Experimental] = engine.Experimental ? "true" : "false";
        headers[ApiHeaders.OsType] = engine.Os;
        headers.Server = $"SwarmPS/{SystemEndpoints.Version} ({engine.Os})";

        var (version, path) = ApiVersion.Split(context.Request.Path.Value ?? "/");
        Check(version);
        if (router.Find(context.Request.Method, path) is { } found)
        {
            await leader.AnswerAsync(new(context, found.Id, stop), path, found.Answer).ConfigureAwait(false);
            return;
        }
        headers.Remove(ApiHeaders.Experimental);
        headers.Remove(ApiHeaders.OsType);
        headers.Remove("Server");
        await proxy.ForwardAsync(context, stop).ConfigureAwait(false);
    }

    /// <summary>Only the answer: what belongs to the head, the manager adds that the client asked.</summary>
    private Task FindAsync(HttpContext context, CancellationToken stop)
    {
        var (_, path) = ApiVersion.Split(context.Request.Path.Value ?? "/");
        return router.Find(context.Request.Method, path) is { } found
            ? found.Answer(new(context, found.Id, stop))
            : throw SwarmException.NotFound("page", path);
    }

    /// <summary>The limits are swarmpsd's own; the engine's range is met by translation (<see cref="EngineFacts.Closest"/>).</summary>
    private static void Check(ApiVersion? version)
    {
        if (version is not { } asked)
            return;
        if (asked.CompareTo(ApiVersion.Newest) > 0)
            throw SwarmException.Invalid($"client version {asked} is too new. Maximum supported API version is {ApiVersion.Newest} (swarmpsd {SystemEndpoints.Version}). Set DOCKER_API_VERSION={ApiVersion.Newest} for the client, or upgrade SwarmPS");
        if (asked.CompareTo(ApiVersion.Oldest) < 0)
            throw SwarmException.Invalid($"client version {asked} is too old. Minimum supported API version is {ApiVersion.Oldest} (swarmpsd {SystemEndpoints.Version}), please upgrade your client to a newer version");
    }

    private Task RefuseAsync(HttpContext context, int status, string message)
    {
        log.RequestRefused(context.Request.Method, context.Request.Path, status, message);
        return ApiErrors.WriteAsync(context, status, message);
    }

    /// <summary>A defect of ours: the client gets a number to look for in the daemon's log.</summary>
    private Task FailAsync(HttpContext context, Exception fault)
    {
        var bytes = new byte[4];
        random(bytes);
        var id = Convert.ToHexStringLower(bytes);
        log.RequestFailed(fault, context.Request.Method, context.Request.Path, id);
        return ApiErrors.WriteAsync(context, StatusCodes.Status500InternalServerError, $"Something went wrong inside swarmpsd; its log says more under error {id}.");
    }
}
