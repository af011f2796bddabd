using System.Management.Automation;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>How many tasks a service has.</summary>
internal static class ServiceModes
{
    /// <summary>The service's mode with another number of replicas. A global service has none: <see cref="SwarmFailureException"/>.</summary>
    public static ServiceMode WithReplicas(ServiceSpec spec, ulong replicas) =>
        spec.Mode is { Global: not null } or { GlobalJob: not null } or { ReplicatedJob: not null }
            ? throw new SwarmFailureException("ServiceNotReplicated", ErrorCategory.InvalidOperation,
                $"Service {spec.Name} is not replicated, so it has no number of replicas. A global service runs one task on each node that fits.")
            : new() { Replicated = new(replicas) };
}
