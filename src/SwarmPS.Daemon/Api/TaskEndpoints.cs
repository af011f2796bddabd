using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/tasks</c>: what runs, ran, or waits to run.</summary>
internal sealed class TaskEndpoints(SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/tasks", call => call.AnswerListAsync(TaskQuery.List(changes.State, call.Query("filters")))),
        new("GET", "/tasks/{id}", call => call.AnswerAsync(Lookup.Task(changes.State, call.Id))),
    ];
}
