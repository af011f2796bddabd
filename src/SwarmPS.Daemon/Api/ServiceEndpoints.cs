using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/services</c>: what should run.</summary>
internal sealed class ServiceEndpoints(SwarmChanges changes, ServiceRequests requests)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/services", ListAsync),
        new("GET", "/services/{id}", InspectAsync),
        new("POST", "/services/create", CreateAsync),
        new("POST", "/services/{id}/update", UpdateAsync),
        new("DELETE", "/services/{id}", RemoveAsync),
    ];

    private Task ListAsync(ApiCall call)
    {
        var state = changes.State;
        var services = ServiceQuery.List(state, call.Query("filters"));
        return call.AnswerListAsync(call.Flag("status") ? services.Select(service => ServiceQuery.WithStatus(state, service)) : services);
    }

    private Task InspectAsync(ApiCall call)
    {
        var service = Lookup.Service(changes.State, call.Id);
        return call.AnswerAsync(call.Flag("insertDefaults") ? service with { Spec = ServiceDefaults.Show(service.Spec) } : service);
    }

    private async Task CreateAsync(ApiCall call)
    {
        var (id, work) = await requests.CreationAsync(call).ConfigureAwait(false);
        await changes.MakeAsync(work, call.Stop).ConfigureAwait(false);
        await call.AnswerAsync(new CreateAnswer { Id = id }, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task UpdateAsync(ApiCall call)
    {
        var (_, work) = await requests.UpdateAsync(call, call.Id).ConfigureAwait(false);
        await changes.MakeAsync(work, call.Stop).ConfigureAwait(false);
        await call.AnswerAsync(new UpdateAnswer()).ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiCall call)
    {
        await changes.MakeAsync(tx => tx.Delete(Lookup.Service(tx.View, call.Id)), call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }
}
