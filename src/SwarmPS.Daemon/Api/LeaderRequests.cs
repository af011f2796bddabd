using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// Requests that concern the whole swarm: changes go to the leader, tried again while an election runs; reads wait until this
/// manager's store has all that was acknowledged before.
/// </summary>
internal sealed class LeaderRequests(ApiServerOptions options)
{
    /// <summary>How long a request waits for a leader.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string[] Kinds = ["swarm", "services", "tasks", "nodes", "secrets", "configs"];

    private static readonly string[] OfThisNode = ["init", "join", "leave", "unlock"];

    /// <summary>Headers that endpoints look at.</summary>
    private static readonly string[] Headers = ["Content-Type", ApiHeaders.RegistryAuth];

    /// <summary>Answers a request by a route of ours, here or by the leader.</summary>
    public async Task AnswerAsync(ApiCall call, string path, Answer answer)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var method = call.Context.Request.Method;
        if (options.Membership.Member?.Quorum is not { } quorum || !Concerns(method, segments))
            await answer(call).ConfigureAwait(false);
        else if (IsForLeader(method, segments))
            await ByLeaderAsync(call, quorum, answer).ConfigureAwait(false);
        else
            await ReadAsync(call, quorum, answer).ConfigureAwait(false);
    }

    /// <summary>Answers what another manager forwarded. Throws <see cref="LeaderChangedException"/> where this one does not lead.</summary>
    /// <param name="request">The request.</param>
    /// <param name="run">Answers a request of a client.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<ForwardedAnswer> AnswerAsync(ForwardedRequest request, Func<HttpContext, CancellationToken, Task> run, CancellationToken stop)
    {
        var quorum = options.Membership.Member?.Quorum;
        if (quorum is not { IsLeader: true })
            throw new LeaderChangedException("This manager does not lead.");
        var (context, body) = (new DefaultHttpContext(), new MemoryStream());
        (context.Request.Method, context.Request.Path, context.Request.QueryString) = (request.Method, request.Path, new(request.Query));
        foreach (var (name, value) in request.Headers)
            context.Request.Headers[name] = value;
        context.Request.Body = new MemoryStream(request.Body, writable: false);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        ClientRequest.Current = new(request.Id);
        await run(context, stop).ConfigureAwait(false);
        if (ApiErrors.IsTorn(context))
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                "The leader failed half-way through its answer. The request may have been carried out; the leader's log says why it failed.");
        await context.Response.BodyWriter.FlushAsync(stop).ConfigureAwait(false);
        return new()
        {
            Status = context.Response.StatusCode,
            ContentType = context.Response.ContentType,
            Body = body.ToArray(),
            Version = options.Membership.Member?.Store.Current.Version ?? 0,
        };
    }

    /// <summary>Answers by the leader what only its endpoint knows to be for the leader.</summary>
    public Task ChangeAsync(ApiCall call, Answer answer) =>
        ClientRequest.Current is null && options.Membership.Member?.Quorum is { } quorum ? ByLeaderAsync(call, quorum, answer) : answer(call);

    /// <summary>Waits until this manager has all that was acknowledged before, for an endpoint that looks at the swarm only at times.</summary>
    public Task CatchUpAsync(CancellationToken stop) =>
        options.Membership.Member?.Quorum is { } quorum ? TryAsync(quorum, quorum.CatchUpAsync, stop) : Task.CompletedTask;

    /// <summary>A backup is made of the state that this manager has: it must be had where the quorum is lost.</summary>
    private static bool Concerns(string method, string[] segments) => segments switch
    {
        [] => false,
        ["swarm", var verb, ..] => !OfThisNode.Contains(verb),
        ["swarmps", "tasks" or "plan", ..] => true,
        ["swarmps", ..] => method is "GET",
        [var kind, ..] => Kinds.Contains(kind),
    };

    /// <summary>A plan changes nothing: it is made here, of a state that has all that was acknowledged before.</summary>
    private static bool IsForLeader(string method, string[] segments) =>
        method is not ("GET" or "HEAD") ? segments is not (["swarmps", "tasks", _, "exec"] or ["swarmps", "plan"]) : segments is ["swarm", "unlockkey"];

    private async Task ReadAsync(ApiCall call, ISwarmQuorum quorum, Answer answer)
    {
        await TryAsync(quorum, quorum.CatchUpAsync, call.Stop).ConfigureAwait(false);
        await answer(call).ConfigureAwait(false);
    }

    private async Task ByLeaderAsync(ApiCall call, ISwarmQuorum quorum, Answer answer)
    {
        var request = call.Context.Request;
        var body = await BodyAsync(call).ConfigureAwait(false);
        var id = ClientRequest.NewId(options.Random);
        await TryAsync(
            quorum,
            async stop =>
            {
                if (quorum.IsLeader)
                {
                    ClientRequest.Current = new(id);
                    request.Body = new MemoryStream(body, writable: false);
                    await answer(call).ConfigureAwait(false);
                    return;
                }
                var forwarded = await quorum.ForwardAsync(
                    new()
                    {
                        Id = id,
                        Method = request.Method,
                        Path = request.Path.Value ?? "/",
                        Query = request.QueryString.Value ?? "",
                        Headers = Headers.Where(request.Headers.ContainsKey).ToDictionary(name => name, name => request.Headers[name].ToString()),
                        Body = body,
                    },
                    stop).ConfigureAwait(false);
                await WriteAsync(call, quorum, forwarded).ConfigureAwait(false);
            },
            call.Stop).ConfigureAwait(false);
    }

    /// <summary>Does something that needs a leader, again for as long as an election may last.</summary>
    private async Task TryAsync(ISwarmQuorum quorum, Func<CancellationToken, Task> attempt, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        Exception? last = null;
        while (true)
        {
            try
            {
                await attempt(stop).ConfigureAwait(false);
                return;
            }
            catch (LeaderChangedException lost)
            {
                last = lost;
            }
            try
            {
                await quorum.LeaderChangedAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new SwarmException(
                    SwarmErrorCode.Unavailable,
                    $"rpc error: code = Unavailable desc = {quorum.NoLeader} It was tried for {Patience.TotalSeconds:0} s; the last answer was: {last.Message}",
                    last);
            }
        }
    }

    /// <summary>Once this manager has what the leader did, so that the client reads here what it wrote.</summary>
    private async Task WriteAsync(ApiCall call, ISwarmQuorum quorum, ForwardedAnswer answer)
    {
        using var late = new CancellationTokenSource(Patience, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Stop, late.Token);
        try
        {
            await quorum.ReachedAsync(answer.Version, either.Token).ConfigureAwait(false);
        }
        catch (Exception behind) when (behind is OperationCanceledException or LeaderChangedException or SwarmException && !call.Stop.IsCancellationRequested)
        {
            // What was asked for is done. This manager is behind, or no manager any more; its reads wait by themselves.
        }
        var response = call.Context.Response;
        response.StatusCode = answer.Status;
        if (answer.ContentType is { } type)
            response.ContentType = type;
        if (answer.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
            response.ContentLength = answer.Body.Length;
        if (answer.Body.Length > 0)
            await response.BodyWriter.WriteAsync(answer.Body, call.Stop).ConfigureAwait(false);
    }

    private static async Task<byte[]> BodyAsync(ApiCall call)
    {
        using var body = new MemoryStream();
        await call.CopyBodyAsync(body).ConfigureAwait(false);
        return body.ToArray();
    }
}
