using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// <c>/swarmps/services/ID/convergence</c>: how far a service is from what is wanted, told at each change, one JSON object a line,
/// until it is there or cannot get there. Waiting costs nothing: nobody asks again and again.
/// </summary>
internal sealed class ConvergenceEndpoints(SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("GET", "/swarmps/services/{id}/convergence", WatchAsync)];

    private async Task WatchAsync(ApiCall call)
    {
        var store = changes.Manager.Store;
        var service = Lookup.Service(store.Current, call.Id);
        using var feed = store.Feed.Subscribe(ObjectKind.Service, ObjectKind.Task);
        call.Context.Response.ContentType = "application/json";
        Convergence? last = null;
        do
        {
            var batch = await feed.NextAsync(call.Stop).ConfigureAwait(false);
            if (!batch.Resync && !batch.Changes.Any(change => Concerns(change, service.Id)))
                continue;
            var state = store.Current;
            var now = state.Services.Find(service.Id) is { } present
                ? ServiceConvergence.Of(state, present)
                : ServiceConvergence.Removed(service.Spec.Name ?? service.Id);
            if (now == last)
                continue;
            await JsonAnswer.WriteLineAsync(call.Context.Response, last = now, call.Stop).ConfigureAwait(false);
        }
        while (call.Flag("follow") && !ServiceConvergence.IsOver(last!));
    }

    private static bool Concerns(ObjectChange change, string serviceId) =>
        change.Object is SwarmTask task ? task.ServiceId == serviceId : change.Object.Id == serviceId;
}
