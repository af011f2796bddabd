using System.Management.Automation;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>How many tasks a service has.</summary>
internal static class ServiceModes
{
    /// <summary>
    /// The service's mode with another number of replicas, which for a replicated job is the number of tasks that are to complete. A
    /// global service has none: <see cref="SwarmFailureException"/>.
    /// </summary>
    public static ServiceMode WithReplicas(ServiceSpec spec, ulong replicas) => spec.Mode is { ReplicatedJob: { } job }
        ? new() { ReplicatedJob = job with { TotalCompletions = replicas } }
        : spec.Mode is { Global: not null } or { GlobalJob: not null }
            ? throw new SwarmFailureException("ServiceNotReplicated", ErrorCategory.InvalidOperation,
                $"Service {spec.Name} is not replicated, so it has no number of replicas. A global service runs one task on each node that fits.")
            : new() { Replicated = new(replicas) };

    /// <summary>The service's mode with another number of tasks at a time. Only a replicated job has one: <see cref="SwarmFailureException"/>.</summary>
    public static ServiceMode WithConcurrency(ServiceSpec spec, ulong most) => spec.Mode is { ReplicatedJob: { } job }
        ? new() { ReplicatedJob = job with { MaxConcurrent = most } }
        : throw new SwarmFailureException("ServiceNotReplicated", ErrorCategory.InvalidOperation,
            $"Service {spec.Name} is no replicated job, so all of its tasks run at a time. -MaxConcurrent is for -Mode ReplicatedJob.");
}
