using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// <c>/swarmps/plan</c>: what a service would become. It takes what <c>/services/create</c> takes or, with <c>service=ID</c>, what
/// <c>/services/ID/update</c> does, refuses what those refuse, and writes nothing.
/// </summary>
internal sealed class PlanEndpoints(SwarmChanges changes, ServiceRequests requests)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("POST", "/swarmps/plan", PlanAsync)];

    private async Task PlanAsync(ApiCall call)
    {
        var (id, work) = call.Query("service") is { Length: > 0 } name
            ? await requests.UpdateAsync(call, name).ConfigureAwait(false)
            : await requests.CreationAsync(call).ConfigureAwait(false);
        var (state, now) = (changes.State, Timestamp.From(changes.Clock.GetUtcNow()));
        await call.AnswerAsync(ServicePlanning.Of(state, state.Try(work, now).After, id, now)).ConfigureAwait(false);
    }
}
