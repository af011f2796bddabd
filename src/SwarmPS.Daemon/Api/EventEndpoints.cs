using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/events</c>: the engine's, with the swarm's between them. The swarm's begin with the request; none are kept from before.</summary>
internal sealed class EventEndpoints(ApiServerOptions options, EngineLink engine, ILogger log)
{
    private const int WaitingMax = 256;

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("GET", "/events", StreamAsync)];

    private async Task StreamAsync(ApiCall call)
    {
        var filter = SwarmEventFilter.Parse(call.Query("filters"));
        using var until = Until(call.Query("until"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Stop, until.Token);
        using var engineEvents = filter.WantsEngine
            ? await engine.OpenStreamAsync("/events" + call.Context.Request.QueryString, call.Stop).ConfigureAwait(false)
            : null;
        using var swarmEvents = Subscribe(filter);
        call.Context.Response.ContentType = "application/json";
        await call.Context.Response.Body.FlushAsync(call.Stop).ConfigureAwait(false);
        var lines = Channel.CreateBounded<string>(WaitingMax);
        var sources = new List<Task> { WatchSwarmAsync(swarmEvents, filter, lines.Writer, end.Token) };
        if (engineEvents is not null)
            sources.Add(CopyAsync(engineEvents, lines.Writer, end.Token));
        // The engine's end is the stream's end: the client asks anew and misses nothing by it.
        var first = Task.WhenAny(sources).ContinueWith(_ => lines.Writer.TryComplete(), TaskScheduler.Default);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(call.Stop).ConfigureAwait(false))
            {
                await call.Context.Response.WriteAsync(line + "\n", call.Stop).ConfigureAwait(false);
                await call.Context.Response.Body.FlushAsync(call.Stop).ConfigureAwait(false);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await first.ConfigureAwait(false);
            await Task.WhenAll(sources).ConfigureAwait(false);
        }
    }

    private CancellationTokenSource Until(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new();
        var time = Time(text) - options.Clock.GetUtcNow();
        return new(time > TimeSpan.Zero ? time : TimeSpan.Zero, options.Clock);
    }

    /// <summary>Seconds since 1970, with a fraction or without, or RFC 3339.</summary>
    private static DateTimeOffset Time(string text)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 100_000_000_000)
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return Timestamp.TryParse(text, out var time)
            ? time.ToDateTimeOffset()
            : throw SwarmException.Invalid($"invalid until '{text}': give seconds since 1970, or a time as 2006-01-02T15:04:05Z");
    }

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

    /// <summary>The swarm's changes from now on: a client that has its answer's head misses none.</summary>
    private ChangeSubscription? Subscribe(SwarmEventFilter filter)
    {
        if (!filter.WantsSwarm || !SwarmStanding.IsManager(options.Membership) || options.Membership.Member is not { } member)
            return null;
        var feed = member.Store.Feed.Subscribe(ObjectKind.Service, ObjectKind.Node, ObjectKind.Secret, ObjectKind.Config);
        // The first batch asks for a full read, which has nothing to do with events.
        _ = feed.TryNext();
        return feed;
    }

    private async Task WatchSwarmAsync(ChangeSubscription? feed, SwarmEventFilter filter, ChannelWriter<string> lines, CancellationToken stop)
    {
        try
        {
            if (feed is null)
                await Task.Delay(Timeout.InfiniteTimeSpan, options.Clock, stop).ConfigureAwait(false);
            else
                await WatchAsync(feed, filter, lines, stop).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or ChannelClosedException)
        {
            // The client has gone, the time is up, or the engine's events ended.
        }
    }

    private async Task WatchAsync(ChangeSubscription feed, SwarmEventFilter filter, ChannelWriter<string> lines, CancellationToken stop)
    {
        while (true)
        {
            // A batch after falling behind tells of no single change.
            foreach (var change in (await feed.NextAsync(stop).ConfigureAwait(false)).Changes)
            {
                if (SwarmEvent.Of(change, options.Clock.GetUtcNow()) is { } seen && filter.Fits(seen))
                    await lines.WriteAsync(ApiJson.Write(seen), stop).ConfigureAwait(false);
            }
        }
    }
}
