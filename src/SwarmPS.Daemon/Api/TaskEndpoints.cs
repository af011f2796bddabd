using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/tasks</c>: what runs, ran, or waits to run.</summary>
internal sealed class TaskEndpoints(SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/tasks", call => call.AnswerListAsync(TaskQuery.List(changes.State, call.Query("filters")).Select(task => TaskQuery.WithNetworks(changes.State, task)))),
        new("GET", "/tasks/{id}", call => call.AnswerAsync(TaskQuery.WithNetworks(changes.State, Lookup.Task(changes.State, call.Id)))),
    ];
}
