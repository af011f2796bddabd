using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Logs;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/services/ID/logs</c> and <c>/tasks/ID/logs</c>: what tasks write.</summary>
internal sealed class LogEndpoints(ApiServerOptions options, SwarmChanges changes, ILogger log)
{
    /// <summary>Lines written before they are sent.</summary>
    private const int SendEvery = 64;

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/services/{id}/logs", ServiceAsync),
        new("GET", "/tasks/{id}/logs", TaskAsync),
    ];

    private Task ServiceAsync(ApiCall call)
    {
        var member = changes.Manager;
        var state = member.Store.Current;
        var service = Lookup.Service(state, call.Id);
        var request = LogRequest.From(call);
        var writer = new LogWriter(call.Context.Response, request, service.Spec.TaskTemplate.ContainerSpec?.Tty == true);
        return request.Follow
            ? Follower(request, writer).ServiceAsync(member.Store, service.Id, call.Stop)
            : PresentAsync(state.TasksOfService(service.Id).Where(LogFollower.HasOutput), request, writer, call.Stop);
    }

    private Task TaskAsync(ApiCall call)
    {
        var task = Lookup.Task(changes.State, call.Id);
        var request = LogRequest.From(call);
        var writer = new LogWriter(call.Context.Response, request, task.Spec.ContainerSpec?.Tty == true);
        return request.Follow
            ? Follower(request, writer).TaskAsync(task, call.Stop)
            : PresentAsync([task], request, writer, call.Stop);
    }

    private LogFollower Follower(LogRequest request, LogWriter writer) => new(options.Logs, request, writer, options.Clock, log);

    private async Task PresentAsync(IEnumerable<SwarmTask> tasks, LogRequest request, LogWriter writer, CancellationToken stop)
    {
        var ordered = tasks.OrderBy(task => task.CreatedAt).ThenBy(task => task.Slot).ToList();
        var written = 0;
        await writer.SendAsync(stop).ConfigureAwait(false);
        await foreach (var line in LogMerge.InOrderAsync(options.Logs, ordered, request.Present(), Timestamp.From(options.Clock.GetUtcNow()), stop).ConfigureAwait(false))
        {
            writer.Write(line);
            if (++written % SendEvery == 0)
                await writer.SendAsync(stop).ConfigureAwait(false);
        }
        await writer.SendAsync(stop).ConfigureAwait(false);
    }
}
