using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Services with the counts of their tasks, which the API gives in lists alone.</summary>
internal static class ServiceQueries
{
    /// <summary>A service by id, name or the beginning of its id, with its counts.</summary>
    public static async Task<Service> OneAsync(SwarmClient swarm, string name, CancellationToken stop)
    {
        var service = await swarm.GetServiceAsync(name, stop).ConfigureAwait(false);
        var counted = await swarm.ListServicesAsync(new ApiFilters().Add("id", service.Id), stop).ConfigureAwait(false);
        return counted.Find(one => one.Id == service.Id) ?? service;
    }
}
