using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Planning;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>A change of a service's spec by a function that looks at nothing else.</summary>
internal sealed class ServiceChange(SwarmClient swarm, string name, Func<ServiceSpec, ServiceSpec> change, RegistryAuth? registry = null)
{
    /// <summary>Reads the service, changes its spec, posts it; anew where somebody else was faster. Gives the service's id.</summary>
    public Task<string> PostAsync(Action<IEnumerable<string>?> warn, CancellationToken stop) => Revisions.RetryAsync(async () =>
    {
        var service = await swarm.GetServiceAsync(name, stop);
        var answer = await swarm.UpdateServiceAsync(service.Id, service.Version.Index, change(service.Spec), stop, registry);
        warn(answer.Warnings);
        return service.Id;
    });

    /// <summary>What would come of it; nothing is changed.</summary>
    public Task<ServicePlan> PlanAsync(CancellationToken stop) => Revisions.RetryAsync(async () =>
    {
        var service = await swarm.GetServiceAsync(name, stop);
        return await swarm.PlanServiceAsync(service, change(service.Spec), stop, registry);
    });
}
