using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/events</c>: the engine's, with the swarm's between them; of the swarm's the last ones are kept, and can be asked for by time or index.</summary>
internal sealed class EventEndpoints(ApiServerOptions options, EngineLink engine, EngineFactsCache facts, ILogger log)
{
    private const int WaitingMax = 256;

    /// <summary>A stream that should last longer ends then, and the client asks anew.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("GET", "/events", StreamAsync)];

    private async Task StreamAsync(ApiCall call)
    {
        var filter = SwarmEventFilter.Parse(call.Query("filters"));
        EventIndex? after = call.Query("after") is { Length: > 0 } last ? EventIndex.Parse(last) : null;
        var since = QueryTime.Of(call, "since");
        var until = QueryTime.Of(call, "until");
        var swarmEvents = filter.WantsSwarm && SwarmStanding.IsManager(options.Membership) ? options.Membership.Member?.Events?.Open(after, since is { } from ? Timestamp.From(from) : null) : null;
        if (after is not null && swarmEvents is null)
            throw new SwarmException(SwarmErrorCode.Unavailable, "Only a manager has the swarm's events, and nothing else can be asked for after an index. Ask a manager, or leave after out.");
        using var late = Late(until);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end.Token, late.Token);
        // What an index asks for is the swarm's: the engine's events have none, and would come twice.
        using var engineEvents = filter.WantsEngine && after is null
            ? await engine.OpenStreamAsync(await PathAsync(call).ConfigureAwait(false), call.Stop).ConfigureAwait(false)
            : null;
        var format = EventFormat.Of(call);
        call.Context.Response.ContentType = format.ContentType;
        await call.Context.Response.Body.FlushAsync(call.Stop).ConfigureAwait(false);
        var lines = Channel.CreateBounded<string>(WaitingMax);
        var sources = new List<Task> { WatchSwarmAsync(swarmEvents, filter, until, lines.Writer, over.Token, end.Token) };
        if (engineEvents is not null)
            sources.Add(CopyAsync(engineEvents, lines.Writer, end.Token));
        // The end of one is the stream's end: the client asks anew and misses nothing by it. By a time, each ends itself when it has told what was before.
        var first = (until is not null ? Task.WhenAll(sources) : Task.WhenAny(sources)).ContinueWith(_ => lines.Writer.TryComplete(), TaskScheduler.Default);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(call.Stop).ConfigureAwait(false))
            {
                await call.Context.Response.WriteAsync(format.Write(line), call.Stop).ConfigureAwait(false);
                await call.Context.Response.Body.FlushAsync(call.Stop).ConfigureAwait(false);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            lines.Writer.TryComplete();
            await first.ConfigureAwait(false);
            await Task.WhenAll(sources).ConfigureAwait(false);
        }
    }

    /// <summary>In the client's version: engines leave out <c>status</c>, <c>id</c> and <c>from</c> since API 1.52, and older clients read them.</summary>
    private async Task<string> PathAsync(ApiCall call) =>
        (await facts.RequireAsync(call.Stop).ConfigureAwait(false)).PathOf(call.Version, "/events" + call.Context.Request.QueryString);

    /// <summary>Cancelled at a time to come; one that is over already bounds what is told, and cancels nothing.</summary>
    private CancellationTokenSource Late(DateTimeOffset? until) =>
        until - options.Clock.GetUtcNow() is { } left && left > TimeSpan.Zero ? new(left < LongestTimer ? left : LongestTimer, options.Clock) : new();

    private async Task CopyAsync(EngineStream events, ChannelWriter<string> lines, CancellationToken stop)
    {
        try
        {
            using var reader = new StreamReader(events.Body);
            while (await reader.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
                await lines.WriteAsync(line, stop).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or ChannelClosedException)
        {
            log.EngineEventsEnded(end.Message);
        }
    }

    private async Task WatchSwarmAsync(SwarmEventReader? events, SwarmEventFilter filter, DateTimeOffset? until, ChannelWriter<string> lines, CancellationToken over, CancellationToken stop)
    {
        try
        {
            if (until is { } past && past <= options.Clock.GetUtcNow())
            {
                foreach (var seen in events?.Present().Where(seen => seen.TimeNano <= Timestamp.From(past).Nanoseconds && filter.Fits(seen)) ?? [])
                    await lines.WriteAsync(ApiJson.Write(seen), stop).ConfigureAwait(false);
                return;
            }
            if (events is null)
                await Task.Delay(Timeout.InfiniteTimeSpan, options.Clock, over).ConfigureAwait(false);
            else
                await FollowAsync(events, filter, lines, over, stop).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or ChannelClosedException)
        {
            // The client has gone, the time is up, or the engine's events ended.
        }
        catch (SwarmException behind)
        {
            // The client is so slow that it misses some: the stream's end has it ask anew, and hear why.
            log.SwarmEventsEnded(behind.Message);
        }
    }

    /// <summary>What is there is told in any case; to be over ends the wait for more.</summary>
    private static async Task FollowAsync(SwarmEventReader events, SwarmEventFilter filter, ChannelWriter<string> lines, CancellationToken over, CancellationToken stop)
    {
        await foreach (var seen in events.FollowAsync(over).ConfigureAwait(false))
        {
            if (filter.Fits(seen))
                await lines.WriteAsync(ApiJson.Write(seen), stop).ConfigureAwait(false);
        }
    }
}
