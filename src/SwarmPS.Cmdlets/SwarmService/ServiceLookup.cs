using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Finds services with the counts of their tasks, which only a list has.</summary>
internal static class ServiceLookup
{
    /// <summary>The services meant by an id, a name, the beginning of an id, or a pattern of names.</summary>
    public static async Task<IEnumerable<Service>> FindAsync(SwarmClient swarm, string wanted, CancellationToken stop)
    {
        var byName = await swarm.ListServicesAsync(Filter("name", Beginning(wanted)), stop);
        if (Selection.IsPattern(wanted) || byName.Exists(service => service.Spec.Name == wanted))
            return Selection.Pick(byName, wanted, NameOf, "Service");
        return Selection.Pick(await swarm.ListServicesAsync(Filter("id", wanted), stop), wanted, NameOf, "Service");
    }

    /// <summary>One service by its whole id.</summary>
    public static async Task<Service> GetAsync(SwarmClient swarm, string id, CancellationToken stop) =>
        Selection.Pick(await swarm.ListServicesAsync(Filter("id", id), stop), id, NameOf, "Service").First();

    private static ApiFilters Filter(string name, string value) =>
        value.Length == 0 ? new ApiFilters() : new ApiFilters().Add(name, value);

    /// <summary>What all names that fit begin with, whatever their case: a filter tells case apart, a pattern does not.</summary>
    private static string Beginning(string wanted) => Selection.IsPattern(wanted) ? "" : wanted;

    private static string? NameOf(Service service) => service.Spec.Name;
}
